"""The examples of `docs/upstream.md`: one for each refuted claim of the reference, and as said."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from lossspec.records.record import read_verdicts

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "upstream.md").read_text(encoding="utf-8")
NEWEST = ROOT / "reports" / "records" / "tensorflow-2.21.0-keras-3.15.1.json"
EXAMPLE = re.compile(
    r"^(`keras-api\.[^#]*?)\n\n```python\n(.*?)```\n\n```text\n(.*?)```", re.M | re.S
)
FOUND = EXAMPLE.findall(TEXT)


def test_each_refuted_claim_has_an_example():
    """Those of Keras's reference that don't hold on the newest subject, and no others."""
    claims = read_verdicts(NEWEST)["claims"]
    refuted = {
        name
        for name, claim in claims.items()
        if claim["document"] == "keras-api" and claim["verdict"] != "holds"
    }

    named = [name for about, *_ in FOUND for name in re.findall(r"`(keras-api\.[\w-]+)`", about)]
    assert sorted(named) == sorted(refuted)


@pytest.mark.parametrize(("code", "printed"), [example[1:] for example in FOUND])
def test_it_prints_what_is_said_when_pasted(code, printed):
    """It runs by itself, and shows the fault."""
    keras = pytest.importorskip("keras")
    if f"Keras {keras.__version__}" not in TEXT:
        pytest.skip(f"the examples are of another Keras than {keras.__version__}")
    told = io.StringIO()

    with contextlib.redirect_stdout(told):
        exec(compile(code, "pasted", "exec"), {})  # noqa: S102 # as people do

    assert told.getvalue() == printed
