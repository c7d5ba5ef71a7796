"""Claims of other libraries than Keras: what is asked of which, and what of that is digested."""

import pytest

from lossspec.core.errors import UsageProblem
from lossspec.ledger import specification
from lossspec.ledger.claims import library_of, load_ledger
from lossspec.ledger.verdicts import Verdict
from lossspec.ledger.versions import LIBRARIES
from lossspec.losses.elsewhere import MAPS

HEAD = """
[document]
id = "{id}"
title = "A document"
author = "A. Author"
date = "2026"
sections = ["First section"]
{more}
"""
REFUTED = 'verdict = "refuted"\nreason = "No."\ninstead = "test_other"'


@pytest.fixture
def ledger(tmp_path, claim_entry):
    """A function that reads a document of Keras, and another, of these lines, in its folder."""

    def read(more, *expected):
        for folder, id_, lines in (("doc", "doc", ""), ("far", "far.away", more)):
            (tmp_path / folder).mkdir(exist_ok=True)
            entry = claim_entry(f"{id_}.a", *(expected if lines else ()))
            text = HEAD.format(id=id_, more=lines) + entry
            (tmp_path / folder / f"{folder}.toml").write_text(text, encoding="utf-8")
        return load_ledger(tmp_path)

    return read


def test_a_document_speaks_of_keras_unless_it_says_otherwise(ledger):
    """What is asked of a library are the documents that speak of it; of the unknown, Keras's."""
    found = ledger('libraries = ["torch"]')

    assert list(found.of("keras").claims) == ["doc.a"] == list(found.of("toy").claims)
    assert list(found.of("torch").claims) == ["far.away.a"]
    assert list(found.of("torch").documents) == ["far.away"]
    assert list(found.of("optax").claims) == []


def test_folders_of_others_are_neither_run_nor_digested(ledger, tmp_path):
    """A new file there leaves the digest and the modules of Keras as they are, and not torch's."""
    found = ledger('libraries = ["torch"]')
    (tmp_path / "doc" / "test_doc.py").write_text("def test_doc(): ...\n")
    keras, torch = found.of("keras"), found.of("torch")
    before = [specification.digest(tmp_path, each) for each in (keras, torch)]

    (tmp_path / "far" / "test_far.py").write_text("def test_far(): ...\n")
    after = [specification.digest(tmp_path, each) for each in (keras, torch)]

    assert (keras.unasked, torch.unasked) == (frozenset({"far"}), frozenset({"doc"}))
    assert before[0] == after[0]
    assert before[1] != after[1]
    assert list(specification.modules(tmp_path, keras)) == ["test_doc.py"]
    assert list(specification.modules(tmp_path, torch)) == ["test_far.py"]
    assert specification.files_of_specs(tmp_path, torch.unasked) == {"test_far": "test_far.py"}


def test_an_expectation_is_of_the_first_library_unless_it_says_otherwise(ledger):
    """Elsewhere the claim is expected to hold."""
    found = ledger(
        'libraries = ["torch", "optax"]',
        f'torch = "<2.1"\n{REFUTED}',
        'torch = ">=2.1"\nverdict = "holds"',
        f'libraries = ["optax"]\n{REFUTED}',
    ).claims["far.away.a"]

    def expected(**subject):
        return found.expectation(subject)

    assert expected(torch="2.0.1").verdict is Verdict.REFUTED
    assert expected(torch="2.13.0").verdict is Verdict.HOLDS
    assert expected(torch="2.13.0").where() == "PyTorch >=2.1"
    assert expected(jax="0.10.2", optax="0.2.8").where() == "every version of optax"
    assert expected(torch="2.0.1", keras="3.15.1").verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    ("more", "expected", "says"),
    [
        ('libraries = ["torch"]', f'libraries = ["optax"]\n{REFUTED}', "expected of optax"),
        ('libraries = ["torch"]', f'torch = "<2.1"\n{REFUTED}', "of PyTorch that leave out"),
        ('libraries = ["tourch"]', REFUTED, "tourch"),
    ],
)
def test_what_a_document_does_not_speak_of_is_refused(ledger, more, expected, says):
    """In one line, which names file and entry."""
    with pytest.raises(UsageProblem, match=says):
        ledger(more, expected)


def test_the_library_of_a_subject_is_whose_losses_it_has():
    """Keras beside torch is Keras; an unknown package counts as Keras."""
    assert library_of({"torch": "2.13.0", "keras": "3.15.1"}) == "keras"
    assert library_of({"torch": "2.13.0"}) == "torch"
    assert library_of({"jax": "0.10.2", "optax": "0.2.8"}) == "optax"
    assert library_of({"toy": "1"}) == "keras"


def test_of_our_own_ledger_laws_are_asked_of_all_and_a_map_of_one():
    """Documents and pitfalls are of Keras; what is of Keras alone among the laws says so."""
    whole = load_ledger()
    asked = {name: whole.of(name) for name in LIBRARIES}

    assert set(asked["torch"].documents) == {"laws", MAPS["torch"]}
    assert set(asked["optax"].documents) == {"laws", MAPS["optax"]}
    assert "map" in asked["keras"].unasked
    assert {"laws.mse-definition", "map.torch.mse"} <= set(asked["torch"].claims)
    assert not any(each.endswith(("-string", "-config")) for each in asked["torch"].claims)
    assert set(asked["keras"].claims) == {
        name for name, claim in whole.claims.items() if "keras" in claim.libraries
    }
