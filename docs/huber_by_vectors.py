"""A Huber loss of one's own, tried on lossspec's test vectors.

``lossspec export vectors DIR && python docs/huber_by_vectors.py DIR/vectors.json``
"""

import json
import sys

import numpy as np


def huber(t, y):
    """What each sample costs, and the slope in each prediction."""
    error = y - t
    cost = np.where(np.abs(error) <= 1, error**2 / 2, np.abs(error) - 0.5)
    return cost.mean(axis=-1), np.clip(error, -1, 1) / y.shape[-1]


with open(sys.argv[1], encoding="utf-8") as file:
    given = {k: np.array(v) for k, v in json.load(file)["losses"]["huber"].items()}
values, slopes = huber(np.float32(given["targets"]), np.float32(given["predictions"]))
off = np.abs(values - given["values"]) > given["value_tolerances"]
steep = np.abs(slopes - given["slopes"]) > given["slope_tolerances"]
sys.stdout.write(
    f"{off.sum()} of {off.size} values are off, {steep.sum()} of {steep.size} slopes\n"
)
sys.exit(bool(off.any() or steep.any()))
