"""Whether a Keras computes losses of sequences: some don't, on JAX, NumPy and OpenVINO."""

from __future__ import annotations

import functools

import numpy as np

from lossspec.backends.keras.untyped import Library


@functools.lru_cache(maxsize=None)
def lacks_ctc(keras: Library) -> str | None:
    """Why a Keras computes no connectionist temporal classification; None if it does.

    It is tried with one label in two frames. Up to 3.3 Keras takes no fewer labels than frames on
    JAX, and fails on NumPy, where 3.1 and 3.2 have none of it; nor does 3.15 on OpenVINO.
    """
    try:
        keras.losses.CTC()(np.ones((1, 1), "float32"), np.zeros((1, 2, 2), "float32"))
    except (AttributeError, ValueError, RuntimeError) as error:  # the last is OpenVINO's
        return f"keras.losses.CTC: {str(error).splitlines()[0]}"
    return None
