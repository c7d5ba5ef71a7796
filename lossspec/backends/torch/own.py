"""Somebody's own loss, called as PyTorch calls it: the only door to it."""

from __future__ import annotations

import copy
import functools
import inspect
import types
import warnings
from typing import Callable, Mapping

import numpy as np

from lossspec.backends.own import Evaluated, LossRaised
from lossspec.backends.own_calls import (
    EMPTY,
    IN_FLOAT16,
    RATE,
    LacksTraining,
    Library,
    Tensor,
    called,
    evaluated,
    expression,
    name_of,
    named,
    numbers,
    one_line,
    unlogged,
)
from lossspec.core.arrays import AnyArray, Array, ArrayLike
from lossspec.core.errors import UsageProblem

COMPILER = "aot_eager"
"""Of ``torch.compile``: traces value and slope as any does. ``inductor`` needs a C++ compiler and,
on two processors, 7 seconds a shape; this one needs none, and half a second."""


class TorchOwnLoss(LacksTraining):
    """A function of ``(input, target)``, or an instance of ``nn.Module``."""

    modes = ("eager", "compile")
    takes = "(input, target)"
    known: Mapping[str, str] = {
        "check_column": (
            "any formula of torch does so, nn.MSELoss with a warning: see that shapes are alike"
        ),
        "check_empty_batch": EMPTY,
        "check_half_at_ends": IN_FLOAT16,
    }

    def __init__(self, torch: Library, loss: object) -> None:
        self._torch, self.given = torch, loss
        found = named(torch.nn.functional, "torch", loss) if isinstance(loss, str) else loss
        self._function: Tensor = found
        self._module = found if isinstance(found, torch.nn.Module) else None
        self.name = name_of(found)
        self._compiled: dict[str, Callable[..., Tensor]] = {}
        self._seeded = 0

    @property
    def lacks(self) -> Mapping[str, str]:
        """What can't be asked of it, and why."""
        lacking = {**super().lacks, "arrays": "torch's functions take tensors alone"}
        if not self._reduces:
            lacking["reduction"] = "it has no argument or attribute reduction"
        return lacking

    def at(
        self,
        targets: AnyArray,
        predictions: ArrayLike,
        mode: str = "eager",
        dtype: str = "float32",
    ) -> Evaluated:
        """Value and slope, called by hand: of a loss that reduces, the mean's or the sum's."""
        y = self._tensor(np.asarray(predictions), dtype)
        return self._evaluated(self._in(mode, dtype), self._tensor(targets, dtype), y)

    def in_training(
        self,
        targets: AnyArray,
        predictions: ArrayLike,
        weights: ArrayLike | None = None,
        mask: AnyArray | None = None,
    ) -> Evaluated:
        """The mean of what it gives, and its slope."""
        self._refuse(weights, mask)
        t, y = self._tensor(targets, "float32"), self._tensor(np.asarray(predictions), "float32")
        return self._evaluated(lambda y, t: self._mean(self._function(y, t)), t, y)

    def as_given(self, targets: object, predictions: object) -> AnyArray:
        """What it gives for tensors that share the arrays' memory."""
        of_arrays = self._torch.from_numpy
        return self._array(self._called(self._function, of_arrays(predictions), of_arrays(targets)))

    def stepped(
        self, targets: AnyArray, inputs: Array, kernel: Array, activation: str, mode: str
    ) -> Array:
        """The kernel of one dense layer after a step of SGD."""
        t, x, w = (self._tensor(each, "float32") for each in (targets, inputs, kernel))
        w.requires_grad_()
        value = self._called(self._in(mode, "float32"), self._activated(activation, x @ w), t)
        slope = self._slope(self._mean(value), w)
        return np.asarray(self._array(w if slope is None else w - RATE * slope), np.float64)

    def with_arguments(self, arguments: Mapping[str, object]) -> TorchOwnLoss:
        """The same function called with other arguments; a module with other attributes."""
        if self._module is None:
            return TorchOwnLoss(self._torch, functools.partial(self._function, **arguments))
        changed = copy.deepcopy(self._module)
        for name, value in arguments.items():
            if not hasattr(changed, name):
                raise UsageProblem(
                    f"{self.name} has no attribute {name!r}",
                    expected="arguments that it keeps as attributes of their names",
                    do=f"say self.{name} = {name} in its __init__, or pass another instance",
                )
            setattr(changed, name, value)
        return TorchOwnLoss(self._torch, changed)

    def settings(self) -> Mapping[str, object]:
        """Global settings of torch, and how often it was seeded."""
        torch = self._torch
        return {
            "default dtype": torch.get_default_dtype(),
            "default device": torch.empty(0).device,
            "grad mode": torch.is_grad_enabled(),
            "anomaly mode": torch.is_anomaly_enabled(),
            "deterministic algorithms": torch.are_deterministic_algorithms_enabled(),
            "the seed of torch": self._seeded,
        }

    def code(self, targets: AnyArray, predictions: AnyArray, mode: str = "eager") -> str:
        """Lines of Python that print value and slope at these inputs, in a mode."""
        lines, call = expression(self._function)
        call = call if mode == self.modes[0] else f"torch.compile({call})"
        written = numbers(predictions, "input = torch.tensor(")
        return "\n".join(
            [
                "import torch",
                *lines,
                "",
                f"input = torch.tensor({written}, dtype=torch.float32, requires_grad=True)",
                f"target = torch.tensor({numbers(targets, 'target = torch.tensor(')})",
                f"value = {call}(input, target)",
                "value.sum().backward()",
                "print(value, input.grad)",
            ]
        )

    @property
    def _reduces(self) -> bool:
        if self._module is not None:
            return hasattr(self._module, "reduction")
        try:
            return "reduction" in inspect.signature(self._function).parameters
        except (TypeError, ValueError):  # of C, which has no signature
            return False

    def _mean(self, value: Tensor) -> Tensor:
        return value.mean() if isinstance(value, self._torch.Tensor) else value

    def _activated(self, activation: str, z: Tensor) -> Tensor:
        if activation == "linear":
            return z
        if activation == "softmax":
            return self._torch.softmax(z, -1)
        return getattr(self._torch.nn.functional, activation)(z)

    def _in(self, mode: str, dtype: str) -> Callable[..., Tensor]:
        """It in a mode; of a module, with its weights in that precision."""
        function: Callable[..., Tensor] = self._function
        if self._module is not None and dtype != "float32":
            function = copy.deepcopy(self._module).to(getattr(self._torch, dtype))
        if mode == "eager":
            return function
        if dtype not in self._compiled:
            self._compiled[dtype] = self._torch.compile(_anew(function), backend=COMPILER)
        return self._compiled[dtype]

    def _evaluated(self, function: Callable[..., Tensor], t: Tensor, y: Tensor) -> Evaluated:
        # Predictions are what a network computes: not a leaf, so they can be written into.
        value = self._called(lambda: function(y.requires_grad_().clone(), t))
        slope = self._slope(value, y)
        bits = 8 * value.element_size() if isinstance(value, self._torch.Tensor) else 64
        return evaluated(self._array, value, slope, bits)

    def _slope(self, value: Tensor, by: Tensor) -> Tensor | None:
        if not getattr(value, "requires_grad", False):
            return None
        gradient = self._torch.autograd.grad
        return self._called(lambda: gradient(value.sum(), by, allow_unused=True)[0])

    def _tensor(self, values: AnyArray, dtype: str) -> Tensor:
        if np.issubdtype(values.dtype, np.integer):
            return self._torch.tensor(np.ascontiguousarray(values), dtype=self._torch.int64)
        return self._torch.tensor(np.ascontiguousarray(values, np.float64)).to(
            getattr(self._torch, dtype)
        )

    def _array(self, result: Tensor) -> AnyArray:
        if isinstance(result, self._torch.Tensor):
            return np.asarray(result.detach().cpu().to(self._torch.float64))
        if not isinstance(result, (int, float, np.ndarray, np.generic)):
            raise LossRaised(f"gives {type(result).__name__}, not a tensor")
        return np.asarray(result, np.float64)

    def _called(self, call: Callable[..., Tensor], *given: object) -> Tensor:
        torch = self._torch
        seed, state = torch.initial_seed(), torch.get_rng_state()
        try:
            # Shapes that spread, operations that compile badly.
            with warnings.catch_warnings(), unlogged("torch._dynamo"):
                warnings.simplefilter("ignore")
                return called(call, *given)
        finally:
            if torch.initial_seed() != seed:  # or it would stay as it is from the first call on
                torch.set_rng_state(state)
                self._seeded += 1


def _anew(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The function, called from code of its own.

    ``torch.compile`` keeps what it has compiled with a function's code, and after eight entries
    compiles no more: the losses of one class share their code.
    """

    def forward(input: Tensor, target: Tensor) -> Tensor:  # noqa: A002 # as torch calls it
        return function(input, target)

    code = forward.__code__.replace()
    return types.FunctionType(code, forward.__globals__, "forward", None, forward.__closure__)


def own_torch_loss(loss: object) -> TorchOwnLoss:
    """A loss of the torch that is installed.

    Raises:
        UsageProblem: when there is none, or it knows no loss of that name.
    """
    with one_line("torch", "torch"):
        import torch
    return TorchOwnLoss(torch, loss)
