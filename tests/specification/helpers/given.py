"""Values as people give them: calls that the subject refuses because of it."""

import re

from lossspec.backends.keras.adapter import Refused

_OF_PLAIN_PYTHON = re.compile("'(list|int|float)' object has no attribute")


def refusing(subject, call):
    """The call, but raising `Refused` where the subject raises an error about what it is given.

    Keras 3 takes some lists for structures of losses: it says then that they lack a tensor's
    attributes.
    """

    def judged():
        try:
            return call()
        except AttributeError as error:
            if not _OF_PLAIN_PYTHON.search(str(error)):
                raise
            raise Refused(str(error)) from error

    return subject.refusing(judged)
