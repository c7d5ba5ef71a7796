"""TensorFlow computes: in eager mode, by ``tf.function``, and compiled by XLA."""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
from typing import Callable, ContextManager

import numpy as np
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from lossspec.backends.keras.untyped import InMode, KerasObject, Library, Tensor
from lossspec.core.arrays import AnyArray, Array
from lossspec.core.machine import instructions

_WITHOUT_BFLOAT16 = {
    "sparse_categorical_crossentropy": SpecifierSet("<2.8"),
    "mean_squared_logarithmic_error": SpecifierSet("<2.4"),
    "cosine_similarity": SpecifierSet(">=2.4,<2.6"),
}
"""TensorFlows without every kernel for it: slopes of the first lack theirs; a graph of the second
never comes back in TensorFlow 2.2; the third lacks rsqrt."""

_KERAS_3_0 = SpecifierSet(">=3,<3.4")
_OTHERS = "float64", "float16", "bfloat16"
_BESIDE_CONSTANTS = {
    "huber": (_KERAS_3_0, _OTHERS),
    "poisson": (_KERAS_3_0, _OTHERS),
    "mean_absolute_percentage_error": (_KERAS_3_0, ("float16", "bfloat16")),
    "categorical_hinge": (SpecifierSet("<2.4"), _OTHERS),
}
"""Kerases that set something beside a constant in float32, and the precisions that TensorFlow then
refuses; the last in graphs."""

_CRASHING = {
    "binary_crossentropy": {"bfloat16"},
    "kullback_leibler_divergence": {"bfloat16"},
    "log_cosh": {"bfloat16", "float16"},
}
"""Where XLA of TensorFlow 2.2 ends the process at a logarithm, on processors with AVX-512."""


class TensorFlow:
    """The installed TensorFlow with its ``tf.keras``."""

    def __init__(self, tensorflow: Library) -> None:
        self._tf = tensorflow
        self.keras: Library = tensorflow.keras

    @property
    def versions(self) -> dict[str, str]:
        """``{"tensorflow": "2.21.0", "keras": "3.15.1"}``."""
        # tf.keras may be TensorFlow's own, keras or tf_keras: the loss class knows.
        home = self.keras.losses.Loss.__module__.split(".")[0]
        keras = self.keras if home == "tensorflow" else importlib.import_module(home)
        # TensorFlow 2.2 calls its Keras "2.3.0-tf", which is no version.
        return {
            "tensorflow": str(self._tf.__version__),
            "keras": str(keras.__version__).replace("-tf", ""),
        }

    @property
    def internal_errors(self) -> tuple[type[Exception], ...]:
        """What TensorFlow raises where this machine can't compute."""
        return self._tf.errors.InternalError, self._tf.errors.UnimplementedError

    def refuses(self, error: Exception) -> bool:
        """Whether an error is about what was given."""
        return isinstance(error, (ValueError, self._tf.errors.InvalidArgumentError))

    def lacks(self, loss: str, dtype: str) -> str | None:
        """Why a loss can't be computed in a precision; None if it can."""
        without = _WITHOUT_BFLOAT16.get(loss, SpecifierSet("<0"))
        if dtype == "bfloat16" and Version(self._tf.__version__) in without:
            return f"TensorFlow {without} has not all of {loss} in bfloat16"
        versions, dtypes = _BESIDE_CONSTANTS.get(loss, (_KERAS_3_0, ()))
        if dtype in dtypes and self.versions["keras"] in versions:
            return f"Keras {versions} takes no {dtype} for {loss}"
        return None

    def crashes(self, loss: str, mode: str, dtype: str) -> str | None:
        """Why a loss would end the process; None if it wouldn't."""
        old = Version(self._tf.__version__) < Version("2.3")
        compiled = mode == "xla" and dtype in _CRASHING.get(loss, ())
        if old and compiled and "avx512f" in instructions():
            return f"XLA of TensorFlow 2.2 ends the process at {loss} in {dtype} by AVX-512"
        return None

    def unasked(self, call: str) -> str | None:  # noqa: ARG002 # each is
        """None: all calls of networks are asked."""
        return None

    def computing_in(self, dtype: str) -> ContextManager[object]:  # noqa: ARG002 # of any
        """Nothing: TensorFlow holds each."""
        return contextlib.nullcontext()

    def tensor(self, values: AnyArray, dtype: str) -> Tensor:
        """A tensor of these values."""
        numbers = self._tf.constant(values.astype(np.float64))
        return self._tf.cast(numbers, getattr(self._tf, dtype))

    def array(self, result: Tensor) -> Array:
        """A result as float64, unrounded."""
        return np.asarray(self._tf.cast(result, self._tf.float64), np.float64)

    def width(self, result: Tensor) -> int:
        """How many bits each number of a result has."""
        return 8 * int(result.dtype.size)

    def gradient(self, function: KerasObject) -> Callable[..., Tensor]:
        """The slope of a function's sum by its second argument."""

        def gradient(targets: Tensor, predictions: Tensor) -> Tensor:
            with self._tf.GradientTape() as tape:
                tape.watch(predictions)
                total = self._tf.reduce_sum(function(targets, predictions))
            return tape.gradient(total, predictions)

        return gradient

    def in_mode(self, mode: str) -> InMode:
        """``eager``, ``graph`` (`tf.function`) or ``xla`` (`tf.function` compiled by XLA)."""
        if mode == "eager":
            return lambda function: function
        # TensorFlow 2.4 knows the argument by the name it had while experimental.
        parameters = inspect.signature(self._tf.function).parameters
        jit = "jit_compile" if "jit_compile" in parameters else "experimental_compile"
        compiling = {jit: True} if mode == "xla" else {}
        compiled: InMode = functools.partial(self._tf.function, **compiling)
        return compiled

    def of_any_size(self, axes: int) -> InMode:
        """Compile by `tf.function` for tensors of any sizes."""
        sizes = [self._tf.TensorSpec([None] * rank, self._tf.float32) for rank in (axes, 2, 1)]

        def compiled(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
            parameters = inspect.signature(function).parameters.values()
            count = sum(each.default is each.empty for each in parameters)
            call: Callable[..., Tensor] = self._tf.function(
                lambda *tensors: function(*tensors), input_signature=sizes[:count]
            )
            return call

        return compiled

    def carrying(self, predictions: Tensor, mask: Tensor) -> Tensor:
        """Predictions that carry a mask, as a layer gives them."""
        carrying = self._tf.identity(predictions)
        carrying._keras_mask = self._tf.cast(mask, self._tf.bool)
        return carrying

    def activation(self, name: str) -> KerasObject:
        """Keras's activation, or TensorFlow's own by its full name: ``tf.nn.softmax``."""
        _, of_tensorflow, plain = name.rpartition("tf.nn.")
        return getattr(self._tf.nn, plain) if of_tensorflow else self.keras.activations.get(plain)

    def seed(self, seed: int) -> None:
        """Seed what TensorFlow draws by itself."""
        self._tf.random.set_seed(seed)
