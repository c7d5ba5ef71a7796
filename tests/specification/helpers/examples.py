"""Examples of a reference: a call with values as they are given there, and the figures printed."""

from typing import Mapping, NamedTuple, Optional

import numpy as np


class Example(NamedTuple):
    """A call, and its result to so many decimals; without arguments for a class, of a function."""

    loss: str
    arguments: Optional[Mapping[str, object]]
    given: tuple
    printed: object
    decimals: object
    """One number, or one for each figure."""

    def result(self, subject):
        """What the call gives."""
        if self.arguments is None:
            return subject.loss(self.loss).as_given(*self.given)
        return subject.loss_class(self.loss, **self.arguments).as_given(*self.given)

    def is_printed(self, got, evidence):
        """Check that a result, rounded, is what is printed."""
        evidence.exactly("axes of the loss", got.ndim, np.ndim(self.printed))
        within = 0.5 * 10.0 ** -np.asarray(self.decimals)
        evidence.close("loss", got, self.printed, within=within)
