"""Each loss's training step in Keras beside the same in plain operations of TensorFlow."""

from __future__ import annotations

import logging
from typing import Any, Callable, Mapping

import click
import numpy as np

from lossspec.backends.keras.adapter import KerasBackend, load_keras
from lossspec.core.arrays import float32
from lossspec.core.machine import processor
from lossspec.experiments.datasets import SEEDED
from lossspec.losses.tolerance import KERAS_EPSILON
from lossspec.records.results import now
from lossspec.records.subjects import subject_in_words
from lossspec.timing.step_times import TRAINED
from lossspec.timing.turns import fastest
from tools.benchmarks.tables import Rows, show

COLUMNS = ("Keras eager", "Keras graph", "Keras xla", "plain graph", "plain xla")
STEPS = 3


def formulas(tf: Any) -> Mapping[str, Callable[[Any, Any], Any]]:
    """The mean of each loss over targets ``(n, k)`` and the last layer's linear part ``(n, k)``.

    Keras's epsilon stands where leaving it out would change the loss by more than rounding.
    """

    def at_least(values: Any) -> Any:
        return tf.maximum(values, KERAS_EPSILON)

    def divergence(t: Any, z: Any) -> Any:
        return at_least(t) * (tf.math.log(at_least(t)) - tf.math.log(at_least(tf.nn.softmax(z))))

    mean, square = tf.reduce_mean, tf.square
    return {
        "mean_squared_error": lambda t, z: mean(square(t - z)),
        "mean_squared_logarithmic_error": lambda t, z: mean(
            square(tf.math.log(at_least(t) + 1.0) - tf.math.log(at_least(z) + 1.0))
        ),
        "mean_absolute_error": lambda t, z: mean(tf.abs(t - z)),
        # With y the sigmoid of z: -t ln y - (1 - t) ln(1 - y) = ln(1 + e^z) - t z.
        "binary_crossentropy": lambda t, z: mean(tf.math.softplus(z) - t * z),
        "hinge": lambda t, z: mean(tf.maximum(1.0 - t * tf.tanh(z), 0.0)),
        "squared_hinge": lambda t, z: mean(square(tf.maximum(1.0 - t * tf.tanh(z), 0.0))),
        "categorical_crossentropy": lambda t, z: (
            -mean(tf.reduce_sum(t * tf.nn.log_softmax(z), axis=-1))
        ),
        "sparse_categorical_crossentropy": lambda t, z: (
            -mean(tf.gather(tf.nn.log_softmax(z), tf.cast(t, tf.int64), batch_dims=1))
        ),
        "kullback_leibler_divergence": lambda t, z: mean(tf.reduce_sum(divergence(t, z), axis=-1)),
    }


def plain_step(loss: str, start: Any, batch: Any, compiled: bool) -> Callable[[], Any]:
    """A step of the loss's recipe: one rectified hidden layer, SGD with momentum."""
    import tensorflow as tf

    settings, formula = TRAINED[loss].settings, formulas(tf)[loss]
    weights = [tf.Variable(float32(each)) for each in start]
    velocities = [tf.Variable(tf.zeros_like(each)) for each in weights]

    def step(inputs: Any, targets: Any) -> Any:
        kernel, bias, last_kernel, last_bias = weights
        with tf.GradientTape() as tape:
            hidden = tf.nn.relu(tf.matmul(inputs, kernel) + bias)
            total = formula(targets, tf.matmul(hidden, last_kernel) + last_bias)
        for slope, weight, velocity in zip(tape.gradient(total, weights), weights, velocities):
            velocity.assign(settings["momentum"] * velocity - settings["learning_rate"] * slope)
            weight.assign_add(velocity)
        return total

    call, given = (
        tf.function(step, autograph=False, jit_compile=compiled),
        [tf.constant(each) for each in batch],
    )
    return lambda: call(*given).numpy()


def steps_of(subject: KerasBackend, loss: str) -> dict[str, Callable[[], Any]]:
    """By column, a step; all begin at the same weights and take the same batch.

    Raises:
        AssertionError: where the losses of the first few steps differ by more than rounding: it
            isn't the same work.
    """
    recipe = TRAINED[loss]
    start, data = subject.initial_weights(recipe, 0), SEEDED[recipe.data]()
    batch = (
        float32(data.training[: recipe.batch_size]),
        float32(data.training_targets[: recipe.batch_size]),
    )
    calls: dict[str, Callable[[], Any]] = {}
    for mode in ("eager", "graph", "xla"):
        keras = subject.training_step(recipe, batch, mode)
        keras.start_from(start)
        calls[f"Keras {mode}"] = keras.calls(large=1)["step"]
    calls["plain graph"] = plain_step(loss, start, batch, compiled=False)
    calls["plain xla"] = plain_step(loss, start, batch, compiled=True)
    paths = {name: [call() for _ in range(STEPS)] for name, call in calls.items()}
    for name, path in paths.items():
        np.testing.assert_allclose(
            path, paths[COLUMNS[0]], rtol=1e-4, err_msg=f"{loss}, {name}: not the same work"
        )
    return calls


def table(took: Mapping[str, float]) -> Rows:
    """How many times as long Keras's steps take as the plain ones in the same mode."""
    rows = []
    for loss in TRAINED:
        eager, graph, xla, plain, plain_xla = (took[f"{loss} {name}"] for name in COLUMNS)
        ratios = eager / plain, graph / plain, xla / plain_xla
        rows.append([loss, *(f"{each:.2f}" for each in ratios), f"{plain * 1e6:.0f} µs"])
    columns = [
        "loss",
        "eager / plain graph",
        "graph / plain graph",
        "xla / plain xla",
        "plain graph",
    ]
    return Rows(
        "A training step of Keras on a batch of 32, in multiples of plain TensorFlow's",
        columns,
        rows,
    )


@click.command()
@click.option(
    "--budget",
    default=10.0,
    show_default=True,
    help="Seconds for the steps, compiling not counted.",
)
@click.option("--markdown", is_flag=True, help="A table in Markdown.")
def main(budget: float, markdown: bool) -> None:
    """Set each loss's training step in Keras beside the same in plain operations of TensorFlow."""
    subject = load_keras()
    subject.on_one_thread()
    logging.getLogger("tensorflow").setLevel(
        logging.ERROR
    )  # each loss is traced anew: TensorFlow takes it for a slip
    calls = {
        f"{loss} {name}": call for loss in TRAINED for name, call in steps_of(subject, loss).items()
    }
    show(table(fastest(calls, budget)), markdown)
    click.echo(f"{now()}, {subject_in_words(subject.versions)}, {processor()}, one thread")


if __name__ == "__main__":
    main()
