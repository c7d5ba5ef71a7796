"""Which fault each claim was seen turning on."""

import json

from tools.faults import account


def test_every_claim_was_seen_failing():
    """Each decided claim was seen failing: `python -m tools.faults.distorted ID` tries one."""
    assert account.unseen() == []


def test_the_account_speaks_of_claims_that_are_there():
    """Each of its claims is in the ledger, with a fault and what the spec said of it."""
    kept = account.kept()

    assert set(kept) <= set(account.decided())
    assert all(faults and all(faults) for faults in kept.values())


def test_an_error_is_no_verdict():
    """A fault that left a claim undecided by an error didn't turn it."""
    entries = json.loads(account.RESULT.read_text(encoding="utf-8"))["faults"]
    turned = account.in_keras()

    errors = [
        (name, entry["id"])
        for entry in entries
        for name, verdict in entry["claims"].items()
        if verdict == "error"
    ]
    assert errors
    assert not any(fault in turned.get(name, {}) for name, fault in errors)


def test_what_turned_is_added_to_what_is_there(tmp_path, monkeypatch):
    """A fault is put beside those before it; a claim that the ledger lacks is left out."""
    path = tmp_path / "seen-failing.json"
    path.write_text('{"gone.claim": {"a": "b"}, "hinge.kink": {"a": "b"}}', encoding="utf-8")
    monkeypatch.setattr(account, "SEEN", path)

    account.add({"hinge.kink": {"results scaled": "got 2"}, "hinge.symmetric": {"c": "d"}})

    assert account.kept() == {
        "hinge.kink": {"a": "b", "results scaled": "got 2"},
        "hinge.symmetric": {"c": "d"},
    }
