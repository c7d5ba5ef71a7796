"""What libraries without a training loop share, where somebody's loss is called.

What such a library hands over is untyped here, as Keras's is: it need not be installed.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import inspect
import logging
import re
from typing import Any, Callable, Iterator, Mapping, Sequence, TypeVar

import numpy as np

from lossspec.backends.own import Evaluated, LossRaised, OwnLoss
from lossspec.core.arrays import AnyArray, Array
from lossspec.core.errors import UsageProblem, unknown

Library = Any
"""A module of a library."""

Tensor = Library
"""An array of a library's own, or a function or an object that computes with such."""

_LONG = 200
"""Letters of an error's line, at most."""

RATE = 0.1
"""Of the steps of SGD."""

EMPTY = "the mean of nothing is NaN, in the library's own losses too"
IN_FLOAT16 = (
    "a clip by 1e-7 is none in float16; where a network computes in it, its predictions are cast "
    "to float32 before a loss"
)

T = TypeVar("T")


class LacksTraining:
    """A loss of a library that has no training loop of its own."""

    @property
    def lacks(self) -> Mapping[str, str]:
        """What can't be asked of it, and why."""
        return {
            "fit": "its library has no fit: people write that loop themselves",
            "weights": "its library gives a loss no weights of samples",
            "mask": "its library gives a loss no masks",
            "config": "its library makes no loss from a configuration",
            "save": "its library saves a network without its loss",
        }

    def _refuse(self, *given: object) -> None:
        """Refuse weights and masks, which a check that `lacks` them never gives."""
        if any(each is not None for each in given):
            raise LossRaised("takes neither weights nor masks")

    def fitted(self, *_: object) -> tuple[float, Array]:
        """Refuse: there is no loop."""
        raise LossRaised(self.lacks["fit"])

    def from_config(self) -> OwnLoss:
        """Refuse: there is no configuration."""
        raise LossRaised(self.lacks["config"])

    def reloaded(self, *_: object) -> float:
        """Refuse: a model is saved without its loss."""
        raise LossRaised(self.lacks["save"])


@contextlib.contextmanager
def one_line(module: str, install: str) -> Iterator[None]:
    """Say in one line why a library can't be imported in the block.

    Raises:
        UsageProblem: when it can't.
    """
    if importlib.util.find_spec(module) is None:
        raise UsageProblem(
            f"no {module} is installed in this environment",
            expected="one, whose loss this is",
            do=f"run 'python -m pip install {install}'",
        )
    try:
        yield
    # Whatever a broken installation raises, its user should read one line.
    except (Exception, SystemExit) as error:
        raise UsageProblem(
            f"the installed {module} fails on import with {type(error).__name__}: "
            f"{first_line(error)}",
            expected="one that can be imported",
            do=f"run 'python -c \"import {module}\"' and mend what it says",
        ) from error


def evaluated(
    array: Callable[[Tensor], AnyArray], value: Tensor, slope: Tensor | None, bits: int
) -> Evaluated:
    """What a library gave, in float64, by what makes arrays of its tensors."""
    plain = None if slope is None else np.asarray(array(slope), np.float64)
    return Evaluated(np.asarray(array(value), np.float64), plain, bits)


def called(call: Callable[..., T], *given: object) -> T:
    """Call what may call somebody's loss.

    Raises:
        LossRaised: whatever it raises.
    """
    try:
        return call(*given)
    except LossRaised:
        raise
    # Whatever somebody's loss raises is what is to be told of it, a sys.exit included.
    except (Exception, SystemExit) as error:
        raise LossRaised(f"raises {type(error).__name__}: {first_line(error)}") from error


@contextlib.contextmanager
def unlogged(name: str) -> Iterator[None]:
    """Let a logger tell of errors alone in the block: compilers tell of what is no fault."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def first_line(error: BaseException) -> str:
    """The first line of what an error says that isn't empty, and no longer than a line may be."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if lines and lines[0] == "in user code:":  # AutoGraph's, whose message stands below
        name = f"{type(error).__name__}: "
        said = [line[len(name) :] for line in lines if line.startswith(name)]
        lines = said[-1:] or lines[-1:]
    # TensorFlow names its operation first: {{function_node …}}.
    plain = re.sub(r"^(\{\{.*?\}\} )+", "", (lines or ["no message"])[0])
    if len(plain) <= _LONG:
        return plain
    sentences, more, _ = plain[:_LONG].rpartition(". ")
    return sentences if more else f"{plain[:_LONG]}…"


def name_of(loss: object) -> str:
    """What a function, or the class of an object, is called."""
    if isinstance(loss, functools.partial):
        return name_of(loss.func)
    return str(getattr(loss, "__name__", None) or type(loss).__name__)


def named(library: Library, title: str, name: str) -> Tensor:
    """A library's own loss by its name.

    Raises:
        UsageProblem: when it has none of that name; the nearest are said.
    """
    known = [
        each
        for each, found in vars(library).items()
        if inspect.isroutine(found) and any(word in each for word in _OF_LOSSES)
    ]
    if name not in known:
        raise unknown(f"{title} knows no loss {name!r}", name, sorted(known))
    return getattr(library, name)


_OF_LOSSES = ("loss", "entropy", "error", "hinge", "kl_div", "log_cosh", "cosine_")


def numbers(values: AnyArray, name: str) -> str:
    """An array's numbers as Python writes them, after ``name = array(``."""
    indent = "\n" + " " * len(name)
    written = np.array2string(values, separator=", ", floatmode="unique", threshold=10**6)
    return written.replace("\n", indent)


def of_attributes(loss: object) -> str | None:
    """What an object's class was called with, by attributes of those names; None if unclear."""
    said = []
    for name, parameter in inspect.signature(type(loss)).parameters.items():
        value = getattr(loss, name, parameter.default)
        if value is parameter.empty or not isinstance(value, (bool, int, float, str, type(None))):
            return None
        if value != parameter.default:
            said.append(f"{name}={value!r}")
    return ", ".join(said)


def expression(
    loss: object, arguments_of: Callable[[object], str | None] = of_attributes
) -> tuple[Sequence[str], str]:
    """Lines that import a loss, and what then calls it.

    Args:
        loss: a function, or an object.
        arguments_of: what an object's class was called with; None if unclear.
    """
    if isinstance(loss, functools.partial):
        lines, call = expression(loss.func, arguments_of)
        bound = "".join(f", {name}={value!r}" for name, value in loss.keywords.items())
        return ["import functools", *lines], f"functools.partial({call}{bound})"
    kind = loss if inspect.isroutine(loss) else type(loss)
    name, module = str(getattr(kind, "__qualname__", "")), getattr(kind, "__module__", None)
    arguments = "" if kind is loss else arguments_of(loss)
    if not name.isidentifier() or module in {None, "__main__", "builtins"} or arguments is None:
        return [f"# loss: the {name_of(loss)} that was checked"], "loss"
    return [f"from {module} import {name}"], name if kind is loss else f"{name}({arguments})"
