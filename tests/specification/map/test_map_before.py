"""What a release does that came before a call of the map, or a precision: it lacks it."""

import pytest

from lossspec.core.errors import CallGone
from lossspec.losses.elsewhere import named, translation


@pytest.mark.instead
def test_the_release_has_no_such_call(definition, subject, claim, evidence):
    """Called with the targets and predictions of the map, the subject says what it lacks."""
    said = named(claim.id.rpartition(".")[2], subject.library)
    call = said.call or translation(definition.slug, subject.library).call
    batch = definition.batch()

    evidence.refuses(
        "call", lambda: subject.called(call, batch.targets, batch.predictions), CallGone
    )


@pytest.mark.instead
def test_the_release_computes_in_no_such_precision(definition, subject, claim, evidence):
    """Asked for the loss in 16 bits, the subject says that its library has no kernel for it."""
    dtype = "bfloat16" if claim.id.endswith("-bfloat16") else "float16"

    evidence.refuses(dtype, lambda: subject.loss(definition.name, dtype=dtype), CallGone)
