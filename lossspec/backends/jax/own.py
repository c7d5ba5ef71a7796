"""Somebody's own loss, called as JAX calls it: the only door to JAX and optax."""

from __future__ import annotations

import contextlib
import functools
import inspect
import warnings
from typing import Callable, Iterator, Mapping

import numpy as np

from lossspec.backends.jax.precision import allowing
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
)
from lossspec.core.arrays import AnyArray, Array, ArrayLike

_SETTINGS = (
    "jax_enable_x64",
    "jax_debug_nans",
    "jax_debug_infs",
    "jax_disable_jit",
    "jax_default_matmul_precision",
    "jax_numpy_dtype_promotion",
    "jax_numpy_rank_promotion",
)


class JaxOwnLoss(LacksTraining):
    """A function of ``(predictions, targets)``.

    JAX compiles every single operation for every shape and precision: 10 to 40 seconds a loss. So
    eager mode computes batches of one shape so, the first that the loss takes; others are compiled
    as a whole, where they can be.
    """

    modes = ("eager", "jit")
    takes = "(predictions, targets)"
    known: Mapping[str, str] = {
        "check_column": "any formula of JAX does so, and several losses of optax",
        "check_empty_batch": EMPTY,
        "check_half_at_ends": IN_FLOAT16,
        "check_labels": (
            "nothing compiled by JAX raises for a value: an index out of range wraps or fills"
        ),
    }

    def __init__(self, jax: Library, loss: object) -> None:
        self._jax, self.given = jax, loss
        self._numpy: Library = jax.numpy
        self._function: Tensor = _of_optax(loss) if isinstance(loss, str) else loss
        self.name = name_of(self._function)
        self._compiled: dict[object, Callable[..., Tensor]] = {}
        self._shapes: object = None
        self._set = dict.fromkeys(_SETTINGS, 0)

    @property
    def lacks(self) -> Mapping[str, str]:
        """What can't be asked of it, and why."""
        return {**super().lacks, "reduction": "losses of JAX don't reduce by a name"}

    def at(
        self,
        targets: AnyArray,
        predictions: ArrayLike,
        mode: str = "eager",
        dtype: str = "float32",
    ) -> Evaluated:
        """Value and slope, called by hand."""
        with self._settings_kept(), allowing(self._jax, dtype):
            t, y = self._tensor(targets, dtype), self._tensor(np.asarray(predictions), dtype)
            return self._evaluated(y, t, mode)

    def in_training(
        self,
        targets: AnyArray,
        predictions: ArrayLike,
        weights: ArrayLike | None = None,
        mask: AnyArray | None = None,
    ) -> Evaluated:
        """The mean of what it gives, and its slope."""
        self._refuse(weights, mask)
        found = self.at(targets, predictions)
        if not found.value.size:
            return Evaluated(np.asarray(np.nan), found.slope)
        slope = None if found.slope is None else found.slope / found.value.size
        return Evaluated(np.asarray(found.value.mean()), slope, found.bits)

    def as_given(self, targets: object, predictions: object) -> AnyArray:
        """What it gives for NumPy's arrays."""
        with self._settings_kept():
            return self._array(self._called(self._function, predictions, targets))

    def stepped(
        self, targets: AnyArray, inputs: Array, kernel: Array, activation: str, mode: str
    ) -> Array:
        """The kernel of one dense layer after a step of SGD."""
        if (activation, mode) not in self._compiled:
            activate = self._activation(activation)

            def cost(w: Tensor, x: Tensor, t: Tensor) -> Tensor:
                return self._mean(activate(x @ w), t)

            by_it = self._jax.grad(cost)
            self._compiled[activation, mode] = self._jax.jit(by_it) if mode == "jit" else by_it
        t, x, w = (self._tensor(each, "float32") for each in (targets, inputs, kernel))
        with self._settings_kept():
            slope = self._called(self._compiled[activation, mode], w, x, t)
        return np.asarray(kernel - RATE * self._array(slope), np.float64)

    def with_arguments(self, arguments: Mapping[str, object]) -> JaxOwnLoss:
        """The same function called with other arguments."""
        return JaxOwnLoss(self._jax, functools.partial(self._function, **arguments))

    def settings(self) -> Mapping[str, object]:
        """How often it has changed each of JAX's global settings."""
        return dict(self._set)

    def code(self, targets: AnyArray, predictions: AnyArray, mode: str = "eager") -> str:
        """Lines of Python that print value and slope at these inputs, in a mode."""
        lines, call = expression(self._function)
        call = call if mode == self.modes[0] else f"jax.jit({call})"
        written = numbers(predictions, "predictions = jnp.array(")
        return "\n".join(
            [
                "import jax",
                "import jax.numpy as jnp",
                *lines,
                "",
                f"predictions = jnp.array({written}, jnp.float32)",
                f"targets = jnp.array({numbers(targets, 'targets = jnp.array(')})",
                f"print({call}(predictions, targets))",
                f"print(jax.grad(lambda y: {call}(y, targets).sum())(predictions))",
            ]
        )

    @contextlib.contextmanager
    def _settings_kept(self) -> Iterator[None]:
        """Set back what the loss sets in the block, and count it."""
        config = self._jax.config
        before = {name: getattr(config, name, None) for name in _SETTINGS}
        try:
            yield
        finally:
            for name, value in before.items():
                if getattr(config, name, None) != value:  # or it would stay so from then on
                    config.update(name, value)
                    self._set[name] += 1

    def _mean(self, y: Tensor, t: Tensor) -> Tensor:
        return self._numpy.mean(self._numbers(self._function(y, t)))

    def _activation(self, name: str) -> Callable[[Tensor], Tensor]:
        found: Callable[[Tensor], Tensor] = getattr(self._jax.nn, name, lambda z: z)
        return found

    def _evaluated(self, y: Tensor, t: Tensor, mode: str) -> Evaluated:
        shapes = y.dtype, y.shape, t.shape
        eagerly = mode == "eager" and self._shapes in {None, shapes}
        made_as = mode if eagerly or mode == "jit" else "quickly"
        try:
            value, slope = self._called(self._made(made_as), y, t)
        except LossRaised as error:
            if mode == "jit" or not isinstance(error.__cause__, self._jax.errors.JAXTypeError):
                raise
            value, slope = self._outside(y, t)
        self._shapes = self._shapes or shapes
        bits = 8 * np.dtype(value.dtype).itemsize if hasattr(value, "dtype") else 64
        return evaluated(self._array, value, slope, bits)

    def _outside(self, y: Tensor, t: Tensor) -> tuple[Tensor, Tensor | None]:
        """Value and slope of what can't be compiled; no slope where it leaves JAX on the way."""
        try:
            value, slope = self._called(self._made("eager"), y, t)
        except LossRaised as error:
            if not isinstance(error.__cause__, self._jax.errors.JAXTypeError):
                raise
            value, slope = self._called(self._function, y, t), None
        return value, slope

    def _made(self, mode: str) -> Callable[..., Tensor]:
        if mode == "eager":
            return self._both
        if mode not in self._compiled:
            options = {}
            if (
                mode == "quickly"
                and "compiler_options" in inspect.signature(self._jax.jit).parameters
            ):
                options = {"compiler_options": {"xla_backend_optimization_level": 0}}
            self._compiled[mode] = self._jax.jit(self._both, **options)
        return self._compiled[mode]

    def _both(self, y: Tensor, t: Tensor) -> tuple[Tensor, Tensor]:
        """Value, and slope of its sum."""

        def summed(y: Tensor) -> tuple[Tensor, Tensor]:
            value = self._numbers(self._function(y, t))
            return self._numpy.sum(value, dtype=y.dtype), value

        (_, value), slope = self._jax.value_and_grad(summed, has_aux=True)(y)
        return value, slope

    def _numbers(self, value: Tensor) -> Tensor:
        if not isinstance(value, (int, float, np.ndarray, np.generic, self._jax.Array)):
            raise LossRaised(f"gives {type(value).__name__}, not an array")
        return value

    def _tensor(self, values: AnyArray, dtype: str) -> Tensor:
        if np.issubdtype(values.dtype, np.integer):
            return self._numpy.asarray(values)
        narrow = np.asarray(values, np.float64).astype(getattr(self._numpy, dtype))
        return self._numpy.asarray(narrow)

    def _array(self, result: Tensor) -> AnyArray:
        return np.asarray(self._numbers(result)).astype(np.float64)

    def _called(self, call: Callable[..., Tensor], *given: object) -> Tensor:
        with warnings.catch_warnings():  # a dtype that x64 alone would keep
            warnings.simplefilter("ignore")
            return called(call, *given)


def own_jax_loss(loss: object) -> JaxOwnLoss:
    """A loss of the JAX that is installed.

    Raises:
        UsageProblem: when there is none, or its name is none of optax's losses.
    """
    with one_line("jax", "jax"):
        import jax
    return JaxOwnLoss(jax, loss)


def _of_optax(name: str) -> Tensor:
    with one_line("optax", "optax"):
        import optax
    return named(optax.losses, "optax", name)
