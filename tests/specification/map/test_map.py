"""Keras's losses in other libraries: the same by these calls, otherwise by those inputs."""

import numpy as np
import pytest

from lossspec.core.errors import CallGone, Refused
from lossspec.losses.definition import Domain
from lossspec.losses.elsewhere import named, translation
from lossspec.losses.elsewhere.translation import SHARE, SHARE_OF_CTC

SHOWN = 1e-5
"""How far a cost may lie from the six digits that are printed, as a share of it."""


@pytest.fixture
def name(claim):
    """What the claim is called after: ``huber-delta`` of ``map.torch.huber-delta``."""
    return claim.id.rpartition(".")[2]


@pytest.fixture
def called(subject, definition):
    """What a call costs on the definition's batch, class numbers as integers."""
    batch = definition.batch()
    of_classes = definition.targets in (Domain.CLASSES, Domain.LABELS)
    t = batch.targets.astype(int) if of_classes else batch.targets
    return lambda call, mode: subject.called(call, t, batch.predictions, mode)


def costs_the_same(definition, got, wanted, evidence):
    """Check samples' losses, or their mean, to a share of their own size and of the middle one's.

    A sum of a few roundings of numbers as large as these is below: 50 of float32, for CTC 170.
    """
    size = np.abs(wanted) + np.median(np.abs(wanted))
    share = SHARE_OF_CTC if definition.targets is Domain.LABELS else SHARE
    if got.ndim == 0:
        wanted, size = wanted.mean(), size.mean()

    evidence.exactly("axes", got.ndim, wanted.ndim)
    evidence.close("loss", got, wanted, within=share * size)


@pytest.mark.claim
def test_the_call_costs_what_the_definition_says(definition, subject, called, mode, evidence):
    """On the definition's own batch each sample costs what the definition says."""
    batch = definition.batch()
    got = called(translation(definition.slug, subject.library).call, mode)

    costs_the_same(definition, got, definition.value(batch.targets, batch.predictions), evidence)


@pytest.mark.claim
def test_another_call_costs_the_same(definition, subject, name, called, evidence):
    """On the same batch each sample, or their mean, costs what the definition or a call says."""
    batch, same = definition.batch(), named(name, subject.library)
    wanted = definition.value(batch.targets, batch.predictions)
    if same.equals:
        wanted = called(same.equals, "eager")

    costs_the_same(definition, called(same.call, "eager"), wanted, evidence)


@pytest.mark.claim
def test_what_is_given_costs_so_much(definition, subject, name, evidence):
    """The targets and predictions of the map cost there, on average, what it says."""
    case = named(name, subject.library)
    call = case.call or translation(definition.slug, subject.library).call
    got = np.mean(subject.called(call, case.targets, case.predictions))

    if np.isfinite(case.there):
        evidence.close("cost", got, case.there, within=SHOWN * abs(case.there))
    else:
        evidence.exactly("whether the cost is NaN", np.isnan(got), np.isnan(case.there))
        evidence.exactly("whether the cost is infinite", np.isinf(got), np.isinf(case.there))


@pytest.mark.claim
def test_what_is_given_is_refused(definition, subject, name, evidence):
    """The call raises an error for the targets and predictions of the map."""
    case = named(name, subject.library)
    call = case.call or translation(definition.slug, subject.library).call

    evidence.refuses("call", lambda: subject.called(call, case.targets, case.predictions), Refused)


@pytest.mark.claim
def test_the_call_has_no_such_argument(subject, name, evidence):
    """What the call gives by a name that the library lacks ends in Python's own error."""
    case = named(name, subject.library)

    evidence.refuses(
        "call", lambda: subject.called(case.call, case.targets, case.predictions), CallGone
    )
