"""Backends as data, for what doesn't import them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Mapping, Sequence, Tuple

from packaging.version import Version

Subject = Mapping[str, str]
"""A backend as installed: its packages and their versions."""

SortKey = Tuple[object, ...]


@dataclass(frozen=True)
class BackendInfo:
    """One backend.

    Attributes:
        name: its own, and its folder's.
        packages: those whose versions name a subject, in that order, and how prose spells them.
        modes: its execution modes, the plainest first.
        lineage: a key that sorts its subjects as one release follows another.
        is_legacy: whether a subject goes on with an older major release beside a newer one.
        given_as: how its users give values, what a compiled mode turns them into first.
        also: what else it is called, where it is told from others.
        aliases: what people write for a package.
        legacy_aliases: likewise, where they mean such an older major release.
    """

    name: str
    packages: Mapping[str, str]
    modes: Sequence[str]
    lineage: Callable[[Subject], SortKey]
    is_legacy: Callable[[Subject], bool]
    given_as: Sequence[str] = ("arrays",)
    also: Sequence[str] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    legacy_aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def library(self) -> str:
        """The package whose losses are measured, named last."""
        return list(self.packages)[-1]

    @property
    def computes_with(self) -> str:
        """The package that it computes with, named first."""
        return next(iter(self.packages))

    @property
    def in_words(self) -> str:
        """``Keras on JAX``, or the library alone."""
        library, engine = self.packages[self.library], self.packages[self.computes_with]
        return library if library == engine else f"{library} on {engine}"

    @property
    def legacy_title(self) -> str:
        """What headings call legacy subjects."""
        return next(iter(self.legacy_aliases), "")

    def age(self, subject: Subject) -> tuple[Version, ...]:
        """Key that sorts its subjects, the oldest first."""
        return tuple(Version(subject[package]) for package in self.packages)


_LEGACY_FROM = Version("2.16")
"""From this TensorFlow on Keras 2 is the package ``tf_keras``; before, it is Keras itself."""


def _tf_keras(subject: Subject) -> bool:
    """Whether Keras 2 runs beside a TensorFlow of Keras 3."""
    keras, tensorflow = Version(subject["keras"]), Version(subject["tensorflow"])
    return keras.major < 3 and tensorflow >= _LEGACY_FROM


def _by_keras(subject: Subject) -> SortKey:
    """Key that sorts Keras 2 before 3, ``tf_keras`` included."""
    keras, tensorflow = Version(subject["keras"]), Version(subject["tensorflow"])
    return keras.major, tensorflow, keras


KERAS = BackendInfo(
    name="keras",
    packages={"tensorflow": "TensorFlow", "keras": "Keras"},
    modes=("eager", "graph", "xla"),
    lineage=_by_keras,
    is_legacy=_tf_keras,
    given_as=("tensors", "arrays", "lists", "mixed"),
    also=("keras-tensorflow",),
    aliases={"tf": "tensorflow"},
    legacy_aliases={"tf_keras": "keras", "tf-keras": "keras"},
)


def _multi_backend(engine: str, title: str, modes: Sequence[str]) -> BackendInfo:
    """Keras 3 on another of its backends."""
    return BackendInfo(
        name=f"keras-{engine}",
        packages={engine: title, "keras": "Keras"},
        modes=modes,
        lineage=lambda subject: (Version(subject["keras"]), Version(subject[engine])),
        is_legacy=lambda _: False,
        given_as=KERAS.given_as,
    )


KERAS_JAX = _multi_backend("jax", "JAX", ("eager", "jit"))
KERAS_TORCH = _multi_backend("torch", "PyTorch", ("eager",))
KERAS_NUMPY = _multi_backend("numpy", "NumPy", ("eager",))
KERAS_OPENVINO = _multi_backend("openvino", "OpenVINO", ("eager",))
MULTI_BACKEND = KERAS_JAX, KERAS_TORCH, KERAS_NUMPY, KERAS_OPENVINO


def _native(
    packages: Mapping[str, str], modes: Sequence[str], given_as: Sequence[str]
) -> BackendInfo:
    """A library with losses of its own."""
    library = list(packages)[-1]
    return BackendInfo(
        name=library,
        packages=packages,
        modes=modes,
        lineage=lambda subject: (Version(subject[library]),),
        is_legacy=lambda _: False,
        given_as=given_as,
    )


TORCH = _native({"torch": "PyTorch"}, ("eager", "compile"), ("tensors",))
OPTAX = _native({"jax": "JAX", "optax": "optax"}, ("eager", "jit"), ("tensors", "arrays"))

BACKENDS: Mapping[str, BackendInfo] = {
    info.name: info for info in (KERAS, *MULTI_BACKEND, TORCH, OPTAX)
}
DEFAULT = KERAS.name


def backend_of(subject: Subject) -> BackendInfo:
    """Find the backend whose packages a subject names.

    Raises:
        KeyError: when no backend has these packages.
    """
    for info in BACKENDS.values():
        if set(info.packages) == set(subject):
            return info
    raise KeyError(f"no backend has the packages {', '.join(subject)}")
