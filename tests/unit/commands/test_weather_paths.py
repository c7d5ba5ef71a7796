"""Names with spaces and with letters beyond ASCII: of the clone, of records, of what is written, and of TMPDIR."""

from __future__ import annotations

import pytest

from lossspec.records.record import read_record, write_record
from side_by_side import recorded
from weather import Clone

NAME = "wahr & „falsch“ 漢字 %41 #1"


def test_a_run_in_a_folder_of_any_name(tmp_path):
    """The specification runs from there, and into there, whatever the encoding that the locale speaks of."""
    clone = Clone(tmp_path / NAME)

    done = clone.run(f"--lossspec-record={NAME}/out.json", LC_ALL="C", PYTHONIOENCODING="ascii")

    assert done.returncode == 0, done.stdout + done.stderr
    assert list(read_record(clone.folder / NAME / "out.json")["claims"]) == ["doc.a", "doc.b"]
    assert list((clone.folder / "tmp").glob("lossspec-*")) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "{records}", "-o", "{out}"),
        ("compare", "{records}/one.json", "{records}/other.json", "-o", "{out}"),
        ("compare", "{records}/one.json", "{records}/other.json", "--format", "markdown", "-o", "{out}"),
    ],
    ids=["report", "compare", "markdown"],
)
def test_a_page_and_a_comparison_of_any_name(run, tmp_path, arguments):
    """They are written there, and the folder is made where there is none."""
    if "report" in arguments:
        pytest.importorskip("matplotlib", reason="the report's packages are an extra")
    for file, verdict in (("one", "refuted"), ("other", "holds")):
        versions = (f"2.{20 + (file == 'other')}.0", "3.12.0")
        write_record(recorded({"doc.a": verdict}, versions=versions), tmp_path / NAME / f"{file}.json")
    out = tmp_path / "new" / NAME / NAME

    result = run(*(part.format(records=tmp_path / NAME, out=out) for part in arguments))

    assert result.exit_code == 0, result.output
    assert out.stat().st_size > 100
    assert "report" not in arguments or f"page: {out}" in result.stdout


def test_a_name_that_is_no_text_is_said_as_far_as_it_is(run, tmp_path):
    """A file whose name isn't UTF-8, as another system may have left it, is refused in one line like any other."""
    odd = tmp_path / b"odd \xff\xfe.json".decode("utf-8", "surrogateescape")
    odd.write_text("{", encoding="utf-8")

    result = run("matrix", odd)

    assert result.exit_code == 2
    assert "odd   .json can't be read: no JSON" in result.stderr
