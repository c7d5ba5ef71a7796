"""A step of ``fit`` over two replicas on two logical CPUs.

TensorFlow takes its devices before it computes anything, so this runs in a process of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from typing import Mapping, NamedTuple

import numpy as np

from lossspec.backends.keras.untyped import KerasObject, Library
from lossspec.core.arrays import Array, ArrayLike, float32

REPLICAS = 2


class Step(NamedTuple):
    """What ``fit`` reports for one batch, and the kernel ``(features, units)`` after it."""

    loss: float
    kernel: Array


def steps(
    settings: Mapping[str, object],
    loss: str,
    targets: ArrayLike,
    inputs: ArrayLike,
    kernel: ArrayLike,
    rate: float,
) -> tuple[Step, Step]:
    """A step of SGD of one dense layer without bias, alone and over two replicas.

    Args:
        settings: those of Keras that were chosen.
        loss: the name of its class.
        targets: ``(n, units)``, as many in each half.
        inputs: ``(n, features)``.
        kernel: before the step, ``(features, units)``.
        rate: of learning.
    """
    given = {
        "settings": dict(settings),
        "loss": loss,
        "targets": np.asarray(targets).tolist(),
        "inputs": np.asarray(inputs).tolist(),
        "kernel": np.asarray(kernel).tolist(),
        "rate": rate,
    }
    done = subprocess.run(  # noqa: S603 # this Python, this module
        [sys.executable, "-m", __name__],
        input=json.dumps(given),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"a training over two replicas ended with: {done.stderr[-2000:]}")
    alone, shared = json.loads(done.stdout.splitlines()[-1])
    return _step(alone), _step(shared)


def _step(found: tuple[float, list[list[float]]]) -> Step:
    return Step(found[0], np.array(found[1]))


def _main() -> None:
    from lossspec.backends.keras.adapter import load_keras

    given = json.load(sys.stdin)
    load_keras(given["settings"])
    import tensorflow

    _two_cpus(tensorflow)
    cpus = [f"CPU:{number}" for number in range(REPLICAS)]
    with contextlib.redirect_stdout(sys.stderr):
        strategy = tensorflow.distribute.MirroredStrategy(cpus)
        scopes = contextlib.nullcontext, strategy.scope
        found = [_fitted(tensorflow.keras, scope(), **given) for scope in scopes]
    print(json.dumps(found))  # noqa: T201 # read by `steps`


def _two_cpus(tensorflow: Library) -> None:
    # By the name it had while experimental: TensorFlow 2.2 knows no other.
    config = tensorflow.config.experimental
    cpu = config.list_physical_devices("CPU")[0]
    config.set_virtual_device_configuration(cpu, [config.VirtualDeviceConfiguration()] * REPLICAS)


def _fitted(
    keras: Library,
    scope: contextlib.AbstractContextManager[object],
    *,
    loss: str,
    targets: list[list[float]],
    inputs: list[list[float]],
    kernel: list[list[float]],
    rate: float,
    settings: object,  # noqa: ARG001 # of the import
) -> tuple[float, list[list[float]]]:
    t, x, w = float32(targets), float32(inputs), float32(kernel)
    with scope:
        model: KerasObject = keras.models.Sequential()
        model.add(keras.layers.Dense(w.shape[1], use_bias=False, kernel_initializer="zeros"))
        model.compile(loss=getattr(keras.losses, loss)(), optimizer=keras.optimizers.SGD(rate))
        model.build((None, w.shape[0]))
    model.set_weights([w])
    history = model.fit(x, t, batch_size=len(x), epochs=1, shuffle=False, verbose=0)
    return float(history.history["loss"][0]), np.asarray(model.get_weights()[0]).tolist()


if __name__ == "__main__":
    _main()
