"""Whether a subject has a loss as it is defined: some came first without an argument."""

from lossspec.losses import definition_of


def known(loss, subject):
    """The name of a loss, given one or its definition, that the subject has.

    Raises:
        CallGone: where it has none, or none that takes the definition's arguments.
    """
    name = definition_of(getattr(loss, "name", loss)).name
    subject.loss(name)
    return name
