"""``lossspec check``: what it prints and writes, and one line for what it can't use."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest

from lossspec.backends import loading
from lossspec.checks import CHECKS
from lossspec.core.errors import UsageProblem
from refusals import refused

OWN = """
import sys
print("imported")
TWO = 2
NAME = "mean_squared_error"

def right(y_true, y_pred):
    import tensorflow as tf
    return tf.reduce_mean(tf.square(y_true - y_pred), -1)

def root(y_true, y_pred):
    import tensorflow as tf
    print("called")
    return tf.sqrt(tf.reduce_sum(tf.square(y_true - y_pred), -1))

def one(y_true):
    return y_true

def leaves(y_true, y_pred):
    sys.exit(3)

class Loss:
    def __call__(self, y_true, y_pred):
        return right(y_true, y_pred)

loss = Loss()
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder with somebody's module, stood in; what is imported from it is forgotten."""
    (tmp_path / "own.py").write_text(OWN)
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("")
    (tmp_path / "pack" / "losses.py").write_text("from own import right\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.split(".")[0] in {"own", "pack", "losses", "bad", "json_of_file"}:
            del sys.modules[name]


@pytest.fixture
def check(run, own):  # noqa: ARG001 # it is stood in
    """What the command says."""
    return lambda *arguments: run("check", *arguments)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("right", "'right' names no loss; expected package.module:function or path/to/file.py:"),
        ("own:", "'own:' names no loss"),
        (":right", "':right' names no loss"),
        ("own:Loss(0.5)", "'Loss(0.5)' is no name; expected the name of a function or of an inst"),
        ("own:a b", "'a b' is no name"),
        ("owm:right", "there is no module 'owm'; expected own; name it as package.module:function"),
        ("no_such_thing_at_all:right", "there is no module 'no_such_thing_at_all'; expected one"),
        ("pack.loses:right", "there is no module 'pack.loses'; expected pack.losses"),
        ("own.deeper:right", "there is no module 'own.deeper'; expected a module in own"),
        ("not-a-name:right", "there is no module 'not-a-name'"),
        ("..own:right", "there is no module '..own', which is no name of one; expected names with"),
        ("own.:right", "there is no module 'own.', which is no name of one"),
        (".:right", "'.' is no Python file; expected own.py; name one of those"),
        ("pack:right", "pack has no 'right'"),
        ("own.PY:right", "there is no file own.PY; expected own.py"),
        ("own:rihgt", "own has no 'rihgt'; expected right; name one that it has"),
        ("own:zzz", "own has no 'zzz'; expected right or root or one or leaves or Loss"),
        ("own:right.zzz", "own has no 'zzz'; expected the name of a function in it"),
        ("owm.py:right", "there is no file owm.py; expected own.py; name one of those"),
        ("gone/own.py:right", "there is no file gone/own.py; expected a .py file"),
        ("pack/losses:right", "there is no file pack/losses"),
        ("./pack:right", "'pack' is no Python file"),
        ("own:Loss", "own:Loss is a class; expected a function, or an instance; write loss = Loss"),
        ("own:TWO", "own:TWO is of type int, which can't be called"),
        ("own:sys", "own:sys is of type module, which can't be called"),
    ],
)
def test_a_loss_that_isnt_there_is_one_line(check, target, says):
    """No such file, module or name, with the nearest; no call, no class, nothing uncallable."""
    assert says in refused(_without_prints(check(target)))


def _without_prints(result):
    """A result, without what the module printed on standard error."""
    said = result.stderr.replace("imported\n", "")
    return SimpleNamespace(exit_code=result.exit_code, stdout=result.stdout, stderr=said)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\nimport nothing_of_that_name\n", "ModuleNotFoundError: No module named 'nothing_o"),
        ("x = 1\ndef f(:\n", "SyntaxError: invalid syntax (bad.py, line 2); expected"),
        ("x = 1\nraise ValueError('one\\ntwo')\n", "ValueError: one (bad.py, line 2)"),
        ("x = 1\nraise ValueError\n", "ValueError: no message (bad.py, line 2)"),
        ("class Left(BaseException): pass\nraise Left('so')\n", "Left: so (bad.py, line 2)"),
        ("import sys\nsys.exit('bye')\n", "ends the process when it is imported: sys.exit('bye')"),
        ("raise SystemExit\n", "ends the process when it is imported: sys.exit(None)"),
        ("import os\nos.chdir('/nowhere/at/all')\n", "FileNotFoundError: "),
        ("def __getattr__(name): raise KeyError(name)\n", "KeyError: 'loss'"),
    ],
)
@pytest.mark.parametrize("target", ["bad:loss", "bad.py:loss"])
def test_a_module_that_cant_be_imported_is_one_line(check, own, target, text, says):
    """Its error's first line, and where in the file it is."""
    (own / "bad.py").write_text(text)

    said = refused(check(target))

    assert target.partition(":")[0] in said
    assert says in said
    assert "bad" not in sys.modules or "__getattr__" in text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--like", "hubber"], "no loss is called 'hubber'; expected huber"),
        (["--only", "check_slop"], "no check is called 'check_slop'; expected check_slope"),
        (["--only", "zzz"], "no check is called 'zzz'; expected check_shape or "),
        (["--at", "gamma=0"], "--at gamma=0 without --like"),
        (["--like", "huber", "--at", "gamma"], "--at gamma; expected NAME=VALUE"),
        (["--like", "huber", "--at", "gamma=zero"], "--at gamma=zero; expected NAME=VALUE"),
        (["--like", "huber", "--at", "=0"], "--at =0; expected NAME=VALUE"),
        (["--json", "own.py/r.json"], "own.py/r.json' can't be written"),
        (["--json", "pack"], "pack' can't be written: it is there and is no file"),
        (["--html", "pack"], "pack' can't be written"),
        (["--html", "r", "--json", "r"], "r is given twice; expected two files"),
        (["--backend", "karas"], "no backend of own losses is called 'karas'"),
    ],
)
def test_options_that_cant_be_used_are_one_line(check, options, says):
    """Before anything is computed."""
    if "--html" in options:
        pytest.importorskip("matplotlib")
        pytest.importorskip("jinja2")

    assert says in refused(_without_prints(check("own:right", *options)))


def test_a_loss_of_one_argument_is_one_line(check):
    """What it takes is said."""
    pytest.importorskip("tensorflow")
    said = refused(_without_prints(check("own:one")))

    assert "one(y_true) doesn't take two arguments" in said


@pytest.mark.parametrize(("name", "gamma"), [("right", "gamma=0"), ("right", "y_true=0")])
def test_arguments_that_a_loss_doesnt_take_are_one_line(check, name, gamma):
    """`--at` names what the loss can be called with."""
    pytest.importorskip("tensorflow")
    said = refused(_without_prints(check(f"own:{name}", "--like", "mse", "--at", gamma)))

    assert f"{name} can't be called with {gamma}" in said


def test_a_loss_that_ends_the_process_is_one_line(check):
    """``sys.exit`` within a loss is an error like any other."""
    pytest.importorskip("tensorflow")
    result = check("own:leaves")

    assert result.exit_code == 1
    assert "✗ check_shape (eager)\n  it raises SystemExit: 3, given targets" in result.stdout


def test_a_library_that_isnt_there_is_one_line(check, monkeypatch):
    """The line of whatever backend it is."""

    def missing(_):
        raise UsageProblem("TensorFlow isn't there", expected="it", do="install it")

    monkeypatch.setattr(loading, "OWN", {"keras": missing})

    assert "TensorFlow isn't there; expected it" in refused(_without_prints(check("own:right")))


def test_a_page_without_its_packages_is_one_line(check, monkeypatch):
    """The extra is named, before anything is computed."""
    monkeypatch.setitem(sys.modules, "lossspec.report.own_loss", None)
    said = refused(check("own:right", "--html", "page.html"))

    assert 'python -m pip install "lossspec[report]"' in said


def test_a_loss_that_passes_ends_with_0(check):
    """What is known and guessed stands first, a row a check, and the counts last."""
    pytest.importorskip("tensorflow")
    result = check("own:right", "--like", "mse", "--only", "check_slope", "--only", "check_finite")

    first, header, *rows, _, last = result.stdout.rstrip().splitlines()
    assert result.exit_code == 0
    assert first.startswith("right, like Mean squared error: targets: any numbers; predictions: ")
    assert "guessed" not in first  # what it is like says it all
    assert header.split() == ["check", "eager", "graph", "xla", "figure"]
    assert [row.split() for row in rows] == [["check_finite", *"✓✓✓"], ["check_slope", "✓"]]
    assert last.startswith("✓ 4 passed; ")


def test_a_loss_that_fails_ends_with_1(check):
    """Each fault once, with its modes, advice and counterexample; nothing that the loss prints."""
    pytest.importorskip("tensorflow")
    result = check("own.py:root", "--only", "check_finite_at_ends", "--only", "check_config")

    assert result.exit_code == 1
    assert "\n✗ check_finite_at_ends (eager, graph, xla)\n  the slope is NaN" in result.stdout
    assert "    from own import root\n" in result.stdout
    assert "– check_config: a function has no configuration\n" in result.stdout
    assert "✗ 3 failed, – 1 skipped; " in result.stdout
    assert "called" not in result.stdout
    assert "imported\n" in result.stderr
    assert "root: 4 of 4 checks" in result.stderr


@pytest.mark.parametrize(
    "target", ["own:loss", "own:NAME", "pack.losses:right", "pack/losses.py:right"]
)
def test_instances_strings_and_modules_in_packages(check, target):
    """Whatever can be called as a loss, from wherever it can be imported."""
    pytest.importorskip("tensorflow")

    assert check(target, "--only", "check_shape").exit_code == 0


def test_a_file_may_have_the_name_of_a_module(check, own):
    """One that is imported already stays what it is."""
    pytest.importorskip("tensorflow")
    (own / "json.py").write_text(OWN)

    assert check("json.py:right", "--only", "check_shape").exit_code == 0
    assert sys.modules["json"] is json


def test_a_loss_may_bring_its_tags(check, own):
    """Nothing is guessed that its author says."""
    pytest.importorskip("tensorflow")
    tags = "from lossspec import LossTags\nright.__loss_tags__ = LossTags(convex=True)\n"
    (own / "own.py").write_text(OWN + tags)
    result = check("own:right", "--only", "check_convex")

    assert "convex" not in result.stdout.splitlines()[0]
    assert "check_convex  ✓" in result.stdout


def test_results_as_json(check, own):
    """A dict a result, without objects: names, words and numbers, or null."""
    pytest.importorskip("tensorflow")
    only = ("check_finite_at_ends", "check_step", "check_labels")
    said = check("own:root", "--json", "out/r.json", *(f"--only={name}" for name in only)).stdout

    assert f"written: {own / 'out' / 'r.json'}, into a folder that is new" in said
    results = json.loads((own / "out" / "r.json").read_text(encoding="utf-8"))
    assert [(result["check_name"], result["mode"]) for result in results] == [
        *((name, mode) for name in ("check_finite_at_ends",) for mode in ("eager", "graph", "xla")),
        ("check_labels", "eager"),
        *(("check_step", mode) for mode in ("eager", "graph", "xla")),
    ]
    first, labels, step = results[0], results[3], results[4]
    assert first["loss"] == "root"
    assert first["status"] == "failed"
    assert first["exception"].startswith("CheckFailed: the slope is NaN")
    assert first["figure"] is None
    assert first["counterexample"].startswith("from own import root\n")
    assert first["tags"] == (
        "targets: any numbers; predictions: any numbers; a loss a sample; "
        "exact predictions cost nothing"
    )
    assert "targets" in first["guessed"]
    assert labels["status"] == "skipped"
    assert labels["exception"] == "CheckSkipped: targets aren't class numbers"
    assert step["figure"] > 0


def test_a_module_may_go_elsewhere(check, own):
    """Files are written where they were named, whatever folder an import ends in."""
    pytest.importorskip("tensorflow")
    (own / "own.py").write_text(f"import os\nos.chdir({str(own / 'pack')!r})\n{OWN}")
    check("own:right", "--json", "r.json", "--only", "check_shape")

    assert (own / "r.json").is_file()


def test_figures_that_are_no_numbers_are_text_in_json(check, own):
    """JSON has no NaN and no infinity."""
    pytest.importorskip("tensorflow")
    check("own:root", "--json", "r.json", "--only", "check_nan_left_out")

    (result,) = json.loads((own / "r.json").read_text(encoding="utf-8"))
    assert result["figure"] == "nan"
    assert result["status"] == "xfail"


def test_every_check_is_run_but_training(check, own):
    """Without ``--only``: those that `check_loss` runs; by its name training, too."""
    pytest.importorskip("tensorflow")
    check("own:right", "--json", "r.json")
    names = {result["check_name"] for result in json.loads((own / "r.json").read_text())}
    assert names == set(CHECKS) - {"check_training"}

    result = check("own:right", "--only", "check_training")
    assert "– check_training: it claims to be no other loss" in result.stdout


def test_a_page_is_written(check, own):
    """Whole, with a drawing of the loss and one through the counterexample."""
    pytest.importorskip("tensorflow")
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")
    result = check("own:root", "--html", "page.html", "--only", "check_finite_at_ends")

    page = (own / "page.html").read_text(encoding="utf-8")
    assert f"written: {own / 'page.html'}" in result.stdout
    assert page.count("<svg") == 2
    assert "the counterexample marked at 0" in page
    assert "from own import root" in page
    assert [path.name for path in own.iterdir() if path.name.startswith(".")] == []


def test_help_says_what_is_taken(run):
    """Every option, in a screen."""
    said = run("check", "--help").stdout

    for option in ("--like", "--at", "--backend", "--only", "--html", "--json"):
        assert option in said
