"""Calls that a subject may refuse, be it when a loss is made or when it is called."""

from lossspec.backends.keras.adapter import Refused
from lossspec.core.errors import CallGone


def called(name, subject, *given, **arguments):
    """A call of a loss that raises `Refused`, be it made or called that is refused."""

    def call():
        try:
            judged = subject.loss_class(name, reduction="none", **arguments)
        except CallGone as gone:
            raise Refused(str(gone)) from gone
        return judged(*given)

    return subject.refusing(call)
