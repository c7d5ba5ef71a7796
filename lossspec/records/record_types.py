"""Types of what ``record.schema.json`` describes.

Keys of a class whose name ends in ``Extras`` may be missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Dict, List, Mapping, Sequence, TypedDict, Union

if TYPE_CHECKING:
    from lossspec.records.findings import Finding

Number = Union[float, str]
"""A number, or ``nan``, ``inf`` and ``-inf``, which JSON has no number for."""

Numbers = List[Number]
ByMeasure = Dict[str, Numbers]
Setting = Union[str, float, bool]


class Machine(TypedDict, total=False):
    """What can move bits, beside packages."""

    processors: int
    processor: str
    instructions: list[str]
    blas: list[str]


class _EnvironmentExtras(TypedDict, total=False):
    mended: list[str]
    also_on: list[Machine]
    processor: str
    instructions: list[str]
    blas: list[str]
    variables: dict[str, str]


class Environment(_EnvironmentExtras):
    """Where and when a run was made."""

    date: str
    python: str
    platform: str
    processors: int
    packages: dict[str, str]


class _DocumentExtras(TypedDict, total=False):
    own: bool


class Document(_DocumentExtras):
    """A document whose claims were decided."""

    title: str
    author: str
    date: str
    sections: list[str]


class _ChanceExtras(TypedDict, total=False):
    documented: str
    p_value: Number
    rate: Number
    interval: Numbers
    margin: Number
    difference: Number
    difference_interval: Numbers
    quantiles: dict[str, Number]
    other_quantiles: dict[str, Number]


class Chance(_ChanceExtras):
    """What a judgement over many seeds rests on."""

    test: str
    verdict: str
    n: int
    false_alarm: Number
    visible: str


class _FigureExtras(TypedDict, total=False):
    got: Number
    cases: int
    should_be: Number
    within: Number
    at_least: Number
    at_most: Number
    above: Number
    below: Number
    chance: Chance


class Figure(_FigureExtras):
    """The worst of the numbers that a check measured."""

    what: str
    ok: bool


class Fingerprint(TypedDict):
    """A loss and its slope on fixed inputs, bit by bit."""

    grid: str
    values: str
    gradients: str


Fingerprints = Dict[str, Dict[str, Dict[str, Fingerprint]]]
"""By loss, mode and dtype."""


class Curve(TypedDict):
    """A curve that a spec measured."""

    what: str
    x: Numbers
    y: Numbers


class _CaseExtras(TypedDict, total=False):
    given_as: str
    message: str  # why it doesn't hold
    fingerprints: Fingerprints


class Case(_CaseExtras):
    """One call of a spec: ``test_hinge.py::test_it[xla-hinge]``."""

    spec: str
    says: str
    mode: str | None
    verdict: str
    seconds: float
    figures: list[Figure]
    curves: list[Curve]


class _ClaimHeadExtras(TypedDict, total=False):
    where: str
    modes: list[str]
    given_as: list[str]
    in_calls: list[str]
    reason: str
    sentences: list[int]
    beside: list[str]
    upstream: list[str]


class ClaimHead(_ClaimHeadExtras):
    """One claim that was decided, without its cases."""

    document: str
    section: str
    kind: str
    statement: str
    verdict: str
    expected: str


class Claim(ClaimHead, total=False):
    """One claim with its cases, or ``calls`` and how many ``cases`` decided it."""

    evidence: list[Case]
    instead: list[Case]
    calls: Sequence[Finding]
    cases: int


class _NarrativeExtras(TypedDict, total=False):
    sentences: list[int]


class Narrative(_NarrativeExtras):
    """A statement that no test can decide."""

    document: str
    section: str
    statement: str
    why: str


class StudyCurves(TypedDict):
    """Quantiles over the replicates: ``measures[name][percent][epoch]``."""

    epochs: list[int]
    percents: Numbers
    measures: dict[str, list[Numbers]]


class _StudyExtras(TypedDict, total=False):
    data: str
    layers: list[list[int | str | None]]
    optimizer: str
    settings: dict[str, float]
    batch_size: int
    validation: str
    courses: ByMeasure


class Study(_StudyExtras):
    """A recipe, trained for each of ``n`` seeds."""

    document: str
    section: str
    loss: str
    epochs: int
    metric: str
    documented: dict[str, str]
    log: dict[str, list[str]]
    n: int
    seeds: list[int]
    mode: str
    diverged: list[int]
    curves: StudyCurves
    final: dict[str, ByMeasure]


class _TimingExtras(TypedDict, total=False):  # kept until 2026-11
    spread: float
    matmul: float
    call: float
    mse: float


class Timing(_TimingExtras):
    """The fastest sample, in seconds and in multiples of zlib."""

    seconds: float
    zlib: float


class Yardstick(TypedDict):
    """What was timed in each turn beside the steps."""

    seconds: float


class Timings(TypedDict, total=False):
    """Step times; empty where none were taken."""

    date: str
    seconds: float
    processor: str
    zlib: str
    rounds: int
    yardsticks: dict[str, Yardstick]
    steps: dict[str, dict[str, dict[str, Timing]]]
    epochs: dict[str, Timing]


class _RecordHeadExtras(TypedDict, total=False):
    settings: dict[str, Setting]
    narratives: dict[str, Narrative]
    aside: dict[str, list[Case]]


class RecordHead(_RecordHeadExtras):
    """A record without its claims."""

    schema: int
    lossspec: str
    specification: str
    backend: str
    subject: Mapping[str, str]
    environment: Environment
    modules: dict[str, str]
    documents: dict[str, Document]
    undecided: dict[str, str]
    studies: dict[str, Study]
    fingerprints: Fingerprints
    timings: Timings


class Record(RecordHead):
    """One run of the specification on one subject."""

    claims: dict[str, Claim]
