"""What happens instead of what the reference says where Keras computes with torch."""

import functools

import pytest

from lossspec.backends.keras.adapter import Refused


@pytest.mark.instead
def test_on_torch_a_share_is_taken_that_leaves_probabilities(definition, subject, evidence):
    """Label smoothing of 1.25 is taken, and of -0.25 refused, as labels of 1.125 are."""
    batch = definition.batch()
    taken, refused = (
        functools.partial(
            subject.loss_class(definition.name, reduction="none", label_smoothing=share),
            batch.targets,
            batch.predictions,
        )
        for share in (1.25, -0.25)
    )

    evidence.above("loss with 1.25", taken(), 0)
    evidence.refuses("label_smoothing=-0.25", subject.refusing(refused), Refused)
