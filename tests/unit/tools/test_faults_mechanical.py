"""Mechanical edits: one node each, the same each time, and none that nobody could be told about."""

import difflib

import pytest

from tools.faults import mechanical, rules
from tools.faults.edits import functions_of

CODE = '''def hinge(y_true, y_pred, axis=-1):
    """Hinge; mean and maximum."""
    y_true = ops.cast(y_true, dtype=y_pred.dtype)
    if y_true.shape != y_pred.shape:
        raise ValueError(f"of {y_true.shape} and" + "another")
    return ops.mean(ops.maximum(1.0 - y_true * y_pred, 0.0), axis=axis)
'''
OWN = (rules._renamed, rules._dropped_calls, rules._swapped, rules._dropped_keywords, rules._strings)


@pytest.fixture
def keras(tmp_path, monkeypatch):
    """A Keras of one function, edited by our own rules alone."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "losses.py").write_text(f'"""Losses."""\n\n\n@export("hinge")\n{CODE}', encoding="utf-8")
    monkeypatch.setattr(mechanical, "FUNCTIONS", {"src/losses.py": ("hinge",)})
    monkeypatch.setattr(rules, "_by_cosmic_ray", lambda _: iter(()))
    return tmp_path


def outcomes(rule):
    """What a rule makes of the code, by what it says it did."""
    return dict(rule(CODE))


def test_names_are_exchanged():
    """A function that array code calls is replaced by another of the table, one call at a time."""
    found = outcomes(rules._renamed)

    assert set(found) == {"name: mean to sum", "name: maximum to minimum"}
    assert found["name: mean to sum"] == CODE.replace("ops.mean", "ops.sum")


def test_calls_are_dropped():
    """A call is replaced by its first argument."""
    found = outcomes(rules._dropped_calls)

    assert found["dropped call: cast"] == CODE.replace("ops.cast(y_true, dtype=y_pred.dtype)", "y_true")
    assert found["dropped call: maximum"] == CODE.replace(
        "ops.maximum(1.0 - y_true * y_pred, 0.0)", "1.0 - y_true * y_pred"
    )


def test_keywords_are_dropped():
    """An argument given by name is left out."""
    found = outcomes(rules._dropped_keywords)

    assert found["dropped argument: axis"] == CODE.replace(", axis=axis)", ")")


def test_statements_are_dropped_where_the_name_has_a_value_without():
    """A statement that makes a new value of a name's old one is left out."""
    (found,) = rules._dropped_statements(CODE)

    assert found == ("dropped statement", CODE.replace("y_true = ops.cast(y_true, dtype=y_pred.dtype)", "pass"))


def test_arguments_are_exchanged():
    """Two arguments of a call of the table change places."""
    (found,) = rules._swapped("def f(x):\n    return ops.where(a, b, c)\n")

    assert found == ("swapped arguments: where", "def f(x):\n    return ops.where(a, c, b)\n")


@pytest.mark.parametrize("rule", OWN)
def test_an_edit_changes_one_line(rule):
    """Each edit leaves all lines but one as they were."""
    for _, edited in rule(CODE):
        changed = [line for line in difflib.ndiff(CODE.splitlines(), edited.splitlines()) if line.startswith("- ")]

        assert len(changed) == 1


def test_edits_are_the_same_each_time(keras):
    """Which edits there are, and what they are called, doesn't depend on chance."""
    one, other = mechanical.mechanical(keras), mechanical.mechanical(keras)

    assert one == other
    assert len({fault.id for fault in one}) == len(one) > 3


def test_messages_names_and_docstrings_are_left_alone(keras):
    """No edit is of what stands in a raise, or in a docstring."""
    for fault in mechanical.mechanical(keras):
        assert "raise" not in fault.difference
        assert '"""' not in fault.difference


def test_an_edit_keeps_what_is_around_the_function(keras):
    """The decorator above and the text before it stay as they were."""
    for fault in mechanical.mechanical(keras):
        assert fault.after.startswith('"""Losses."""\n\n\n@export("hinge")\ndef hinge(')
        assert fault.place == "hinge"


def test_two_ways_of_saying_the_same_are_one_edit():
    """The negation of an equality is the inequality, and a name given its own value is nothing."""
    assert mechanical._shape("if not a == b:\n    c = c\n") == mechanical._shape("if a != b:\n    pass\n")


def test_code_that_does_not_parse_is_no_edit():
    """What Python can't read has no shape."""
    assert mechanical._shape("def f(:\n") is None


def test_cosmic_ray_edits_what_has_no_name():
    """Operators, numbers and conditions are cosmic-ray's."""
    pytest.importorskip("cosmic_ray", reason="tox -e unit and -e faults install it; the rest of the tests needs it not")
    found = [edited for _, edited in rules._by_cosmic_ray(CODE)]

    assert CODE.replace("1.0 - y_true", "1.0 + y_true") in found
    assert CODE.replace("!=", "==") in found
    assert all(edited != CODE for edited in found)


def test_the_functions_have_names_of_their_own():
    """No function is edited twice."""
    for names in mechanical.FUNCTIONS.values():
        assert len(set(names)) == len(names)


def test_methods_are_found_by_class_and_name():
    """A function inside of another is part of that one."""
    code = "class A:\n    def f(self):\n        def g(): ...\n\n\ndef h(): ...\n"

    assert [name for name, _ in functions_of(code)] == ["A.f", "h"]
