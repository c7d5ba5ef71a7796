"""What a release does instead that came before a loss: it lacks it, or an argument of it."""

import pytest

from lossspec.core.errors import CallGone


@pytest.mark.instead
def test_the_release_has_no_such_loss(definition, subject, evidence):
    """Asked for it, as its definition calls it, the subject says what it lacks."""
    evidence.refuses(
        f"keras.losses.{definition.keras[0]}", lambda: subject.loss(definition.name), CallGone
    )
