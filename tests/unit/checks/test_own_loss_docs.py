"""What docs/own-loss.md shows, and the public reports beside it, are as they are told."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from lossspec import check_loss
from lossspec.checks import CHECKS
from lossspec.checks.trial import CheckFailed

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "own-loss.md").read_text(encoding="utf-8")


def module_of(path):
    """Import a file by its path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def test_each_check_is_listed_in_its_own_words():
    """The table has a row for each check, with the first line of its docstring."""
    rows = re.findall(r"^\| `(check_\w+)` \| (.*) \|$", TEXT, re.MULTILINE)

    assert [name for name, _ in rows] == list(CHECKS)
    assert [says.lower() for _, says in rows] == [each.says.lower() for each in CHECKS.values()]


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """The document's first code block, as the module it is there."""
    file = tmp_path_factory.mktemp("docs") / "mine.py"
    file.write_text(TEXT.split("```python\n")[1].split("```")[0], encoding="utf-8")
    yield module_of(file)
    del sys.modules["mine"]


@pytest.mark.parametrize(
    ("name", "said", "failed"),
    [
        ("rmse", {}, set()),
        ("relative_error", {}, {"check_finite", "check_finite_at_ends", "check_step"}),
        (
            "focal_loss",
            {"like": "categorical_crossentropy", "at": {"gamma": 0}},
            {"check_like"},
        ),
    ],
)
def test_the_losses_of_the_document_fail_what_it_says(name, said, failed, mine):
    """Of three losses one passes, and two fail the checks that are shown."""
    results = check_loss(getattr(mine, name), **said, on_fail=None, on_skip=None)
    found = [each for each in results if each["status"] == "failed"]

    assert {each["check_name"] for each in found} == failed
    assert all(each["advice"].split(":")[0] in TEXT for each in found)


def test_each_report_is_seen_by_the_check_beside_it():
    """Each loss of a public report fails the check that stands beside it."""
    for _, loss, said, name in module_of(DOCS / "what_people_get_wrong.py").REPORTS:
        with pytest.raises(CheckFailed):
            CHECKS[name](loss, **said)
