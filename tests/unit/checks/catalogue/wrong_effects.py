"""Losses with a state, chance or side effects, and what is no result of a loss."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from catalogue.entries import OF_BITS, both, wrong


@wrong("check_same_twice", word="random")
def noisy(t, y):
    """Add noise."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t + tf.random.normal(tf.shape(y)[:1])[:, None]), axis=-1)


_CALLS = tf.Variable(0.0)


@wrong("check_same_twice", word="state")
def warming_up(t, y):
    """Grow with the number of calls, kept in a variable."""
    t, y = both(t, y)
    _CALLS.assign_add(1.0)
    return tf.reduce_mean(tf.square(y - t), axis=-1) * (1 - tf.exp(-_CALLS / 100))


_COUNTER = {"calls": 0}


@wrong("check_same_twice", word="state")
def counting(t, y):
    """Grow with a counter of Python."""
    _COUNTER["calls"] += 1
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1) * (1 + 0.01 * _COUNTER["calls"])


@wrong("check_modes", "check_fit", word="graph")
def drawn_when_traced(t, y):
    """Draw a number of NumPy's, once for each graph."""
    t, y = both(t, y)
    scale = float(np.random.RandomState(0 if tf.executing_eagerly() else 1).uniform(0.5, 2))
    return scale * tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_finite", word="graph")
def python_if(t, y):
    """Decide by Python's if, which a graph can't."""
    t, y = both(t, y)
    loss = tf.reduce_mean(tf.square(y - t), axis=-1)
    if bool(tf.reduce_max(loss) > 1e6):
        return loss / 1e6
    return loss


@wrong("check_finite", word="graph mode")
def eager_only(t, y):
    """Ask a tensor for its NumPy array, which a graph's hasn't."""
    t, y = both(t, y)
    scale = float(tf.reduce_max(tf.ones_like(y)).numpy())
    return scale * tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_inputs_unchanged", word="writes into")
def in_place(t, y):
    """Write into the arrays that are given."""
    if isinstance(t, np.ndarray):
        t -= t.mean()
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_quiet", word="prints")
def talkative(t, y):
    """Print."""
    t, y = both(t, y)
    print("loss of", y.shape, "samples")  # noqa: T201 # the mistake
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_quiet", word="NumPy")
def seeding(t, y):
    """Seed NumPy for everybody."""
    np.random.seed(0)
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_quiet", word="floatx")
def changing_floatx(t, y):
    """Change Keras's floatx and leave it."""
    tf.keras.backend.set_floatx("float64")
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_quiet", word="epsilon", tags=OF_BITS)
def changing_epsilon(t, y):
    """Change Keras's epsilon and leave it."""
    tf.keras.backend.set_epsilon(1e-4)
    t, y = both(t, y)
    y = tf.clip_by_value(y, tf.keras.backend.epsilon(), 1 - tf.keras.backend.epsilon())
    return -tf.reduce_mean(t * tf.math.log(y) + (1 - t) * tf.math.log(1 - y), axis=-1)


@wrong("check_quiet", word="seed of TensorFlow")
def seeding_tensorflow(t, y):
    """Seed TensorFlow for everybody."""
    tf.random.set_seed(0)
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_quiet", word="run_functions_eagerly")
def debugging(t, y):
    """Leave graphs turned off, as one does to debug."""
    tf.config.run_functions_eagerly(True)
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_quiet", word="NumPy's handling of errors")
def raising_for_everybody(t, y):
    """Let NumPy raise where it only warned."""
    np.seterr(divide="raise")
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_shape", word="gives str")
def returns_a_name(t, y):  # noqa: ARG001 # the mistake
    """Return what stands for it."""
    return "mse"


@wrong("check_shape", word="shape (0,)")
def returns_no_samples(t, y):
    """Leave every sample out."""
    t, y = both(t, y)
    return tf.reduce_mean(tf.square(y - t), axis=-1)[:0]


@wrong("check_shape", word="NoneType")
def returns_nothing(t, y):
    """Forget the return."""
    t, y = both(t, y)
    tf.reduce_mean(tf.square(y - t), axis=-1)


@wrong("check_shape", word="tuple")
def returns_a_pair(t, y):
    """Return the loss's parts beside it."""
    t, y = both(t, y)
    square = tf.reduce_mean(tf.square(y - t), axis=-1)
    return square, tf.reduce_mean(square)


@wrong("check_shape", word="dict")
def returns_a_dict(t, y):
    """Return them by name."""
    t, y = both(t, y)
    return {"mse": tf.reduce_mean(tf.square(y - t), axis=-1)}


@wrong("check_shape", word="string")
def returns_strings(t, y):
    """Return what can't be minimised."""
    t, y = both(t, y)
    return tf.strings.as_string(tf.reduce_mean(tf.square(y - t), axis=-1))


@wrong("check_shape", word="complex")
def returns_complex(t, y):
    """Forget to leave the complex numbers."""
    t, y = both(t, y)
    spectrum = tf.signal.fft(tf.cast(y - t, tf.complex64))
    return tf.reduce_mean(spectrum, axis=-1)


@wrong("check_shape", word="bool")
def returns_truths(t, y):
    """Return a comparison."""
    t, y = both(t, y)
    return tf.reduce_any(y > t, axis=-1)


@wrong("check_shape", word="RaggedTensor")
def returns_rows_of_many_lengths(t, y):
    """Leave out what is met, so that no row is as long as another."""
    t, y = both(t, y)
    return tf.ragged.boolean_mask(tf.square(y - t), y > 0)


@wrong("check_shape", word="NotImplementedError")
def unfinished(t, y):
    """Raise at once."""
    raise NotImplementedError("to be written")


@wrong("check_shape", word="ValueError")
def refusing(t, y):  # noqa: ARG001 # the mistake
    """Refuse every input."""
    raise ValueError("expected images of shape (n, h, w, c)")
