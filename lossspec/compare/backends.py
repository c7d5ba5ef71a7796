"""Two records of one library on two backends: the calls that both have.

The plainest mode is set beside the plainest, and the most compiled beside the most compiled.
"""

from __future__ import annotations

import re
from typing import Mapping, cast

from lossspec.backends.catalog import BackendInfo, backend_of
from lossspec.ledger.verdicts import Verdict, combine
from lossspec.records.findings import EVIDENCE, NOT_ASKED, PARTS, Finding, findings
from lossspec.records.record_types import Case, Claim, Fingerprints, Record, Study


def beside(base: Record, new: Record) -> tuple[Record, Record, list[str]]:
    """Leave two records the calls that both backends have, under BASE's modes.

    Returns:
        The two, and what is to be said of that.
    """
    was, now = (backend_of(record["subject"]) for record in (base, new))
    if was.name == now.name:
        return base, new, []
    pairs = {now.modes[0]: was.modes[0]}
    if len(was.modes) > 1 and len(now.modes) > 1:
        pairs[now.modes[-1]] = was.modes[-1]
    notes = [f"of two backends, {was.in_words} and {now.in_words}: {_in_words(was, now, pairs)}"]
    own = {mode: mode for mode in pairs.values()}
    return _under(base, own), _under(new, pairs), notes


def _in_words(was: BackendInfo, now: BackendInfo, pairs: Mapping[str, str]) -> str:
    set_beside = [
        f"{mine} beside {its}" if mine != its else f"{its} in both" for its, mine in pairs.items()
    ]
    left = [mode for mode in was.modes if mode not in pairs.values()]
    left += [mode for mode in now.modes if mode not in pairs]
    return ", ".join(set_beside) + (f"; {' and '.join(left)} left aside" if left else "")


def _under(record: Record, modes: Mapping[str, str]) -> Record:
    """A record's calls in these modes, and in none, under other names."""
    claims = {name: _claim(claim, modes) for name, claim in record["claims"].items()}
    left = [name for name, claim in claims.items() if not _of_spec(claim)]
    why = f"{NOT_ASKED}: decided in a mode that is left aside"
    return {
        **record,
        "claims": {name: claim for name, claim in claims.items() if name not in left},
        "undecided": {**record["undecided"], **dict.fromkeys(left, why)},
        "fingerprints": _fingerprints(record["fingerprints"], modes),
        "studies": {
            name: cast(Study, {key: value for key, value in study.items() if key != "mode"})
            for name, study in record["studies"].items()
        },
        "timings": {},
    }


def _claim(claim: Claim, modes: Mapping[str, str]) -> Claim:
    changed: dict[str, object] = {
        part: [_case(case, modes) for case in claim[part] if _is_kept(case["mode"], modes)]
        for part in PARTS
        if part in claim
    }
    calls = [
        call._replace(mode=call.mode and modes[call.mode], call=_renamed(call.call, modes))
        for call in findings(claim)
        if _is_kept(call.mode, modes)
    ]
    verdicts = [Verdict(call.verdict) for call in calls if call.part == EVIDENCE]
    if verdicts:
        changed["verdict"] = str(combine(verdicts))
    limits = [modes[mode] for mode in claim.get("modes", ()) if mode in modes]
    return cast(
        Claim, {**claim, **changed, "calls": calls, **({"modes": limits} if limits else {})}
    )


def _of_spec(claim: Claim) -> list[Finding]:
    return [call for call in findings(claim) if call.part == EVIDENCE]


def _is_kept(mode: str | None, modes: Mapping[str, str]) -> bool:
    return mode is None or mode in modes


def _case(case: Case, modes: Mapping[str, str]) -> Case:
    mode = case["mode"] and modes[case["mode"]]
    return cast(Case, {**case, "mode": mode, "spec": _renamed(case["spec"], modes)})


def _renamed(call: str, modes: Mapping[str, str]) -> str:
    """``[jit-hinge]`` as ``[xla-hinge]``."""
    name, bracket, condition = call.partition("[")
    for mode, other in modes.items():
        condition = re.sub(rf"(?<![^-]){mode}(?=[-\]])", other, condition)
    return name + bracket + condition


def _fingerprints(fingerprints: Fingerprints, modes: Mapping[str, str]) -> Fingerprints:
    return {
        loss: {modes[mode]: found for mode, found in by_mode.items() if mode in modes}
        for loss, by_mode in fingerprints.items()
    }
