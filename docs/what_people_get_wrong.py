"""What people get wrong: public reports about losses, and what `lossspec.check_loss` says of each.

Run it: ``python docs/what_people_get_wrong.py``. Each loss below is written as in a report or is
the one it is about; beside it stands the check that names the mistake.
"""

from __future__ import annotations

import tensorflow as tf

from lossspec import Domain, LossTags, check_loss

keras = tf.keras


def safe_division(y_true, y_pred):
    """tensorflow/tensorflow#27684: the loss is right, the weights are NaN after a step."""
    share = tf.where(y_true == 0.0, tf.zeros_like(y_true), (y_pred - y_true) / y_true)
    return tf.reduce_mean(tf.square(share), axis=-1)


def squared_error(y_true, y_pred):
    """keras-team/tf-keras#381: by hand, targets (n,) beside predictions (n, 1) cost (n, n)."""
    return tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)


def focal_by_mean(y_true, y_pred, gamma=2.0):
    """umbertogriffo/focal-loss-keras#12: at gamma 0 a third of cross-entropy."""
    y_pred = tf.clip_by_value(y_pred, 1e-7, 1 - 1e-7)
    return tf.reduce_mean(-y_true * (1 - y_pred) ** gamma * tf.math.log(y_pred), axis=-1)


def focal_by_sum(y_true, y_pred, gamma=2.0):
    """umbertogriffo/focal-loss-keras#5: it grows with the batch."""
    y_pred = tf.clip_by_value(y_pred, 1e-7, 1 - 1e-7)
    return -tf.reduce_sum(y_true * (1 - y_pred) ** gamma * tf.math.log(y_pred))


def accuracy_as_loss(y_true, y_pred):
    """keras-team/keras#19150: a metric used as a loss has no slope."""
    return tf.reduce_mean(tf.cast(tf.equal(y_true, tf.round(y_pred)), tf.float32), axis=-1)


def crossentropy_in_float16(y_true, y_pred):
    """tensorflow/tensorflow#43172: 1 - 1e-7 is 1 in float16, and its logarithm's end infinite."""
    epsilon = tf.cast(1e-7, y_pred.dtype)
    y_pred = tf.clip_by_value(y_pred, epsilon, 1 - epsilon)
    cost = y_true * tf.math.log(y_pred) + (1 - y_true) * tf.math.log(1 - y_pred)
    return -tf.reduce_mean(cost, axis=-1)


ANY_NUMBERS = LossTags(predictions=Domain.NUMBERS)

REPORTS = (
    ("tensorflow/tensorflow#27684", safe_division, {}, "check_finite"),
    ("keras-team/tf-keras#381", squared_error, {}, "check_column"),
    (
        "umbertogriffo/focal-loss-keras#12",
        focal_by_mean,
        {"like": "categorical_crossentropy", "at": {"gamma": 0}},
        "check_like",
    ),
    ("umbertogriffo/focal-loss-keras#5", focal_by_sum, {}, "check_sample_alone"),
    ("keras-team/keras#19150", accuracy_as_loss, {}, "check_slope_anywhere"),
    ("tensorflow/tensorflow#43172", crossentropy_in_float16, {}, "check_half_at_ends"),
    ("keras-team/keras#23573", keras.losses.Huber(delta=0.0), {}, "check_slope_anywhere"),
    ("keras-team/keras#23573", keras.losses.Huber(delta=-1.0), {}, "check_zero_at_target"),
    ("keras-team/keras#23286", keras.losses.Huber(delta=0.5), {}, "check_config"),
    (
        "tensorflow/tensorflow#70326",
        keras.losses.BinaryFocalCrossentropy(gamma=0.5),
        {},
        "check_finite_at_ends",
    ),
    ("keras-team/keras#19637", keras.losses.Dice(), {"like": "dice"}, "check_weights"),
    ("tensorflow/tensorflow#58031", keras.losses.CosineSimilarity(), {}, "check_finite_at_ends"),
    # Behind a linear unit, say, predictions may be below 0.
    ("keras-team/keras#18886", keras.losses.Poisson(), {"tags": ANY_NUMBERS}, "check_finite"),
)
"""A report, the loss, what is said of it, and the check that names the mistake (Keras 3.15)."""


def main() -> None:
    """Print what each check says."""
    for report, loss, said, name in REPORTS:
        results = check_loss(loss, **said, on_fail=None, on_skip=None)
        found = [each for each in results if each["check_name"] == name and each["exception"]]
        advice = found[0]["advice"] if found else "not seen on this version of Keras"
        print(f"{report}\n  {name}: {advice}")  # noqa: T201 # to be read


if __name__ == "__main__":
    main()
