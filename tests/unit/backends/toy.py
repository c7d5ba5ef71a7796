"""A backend of NumPy alone: two losses, one mode, and networks of one linear layer."""

# ruff: noqa: D102, ARG002 # the Protocol says what each does, and with what

import contextlib

import numpy as np

from lossspec.core.errors import CallGone

VALUES = {
    "mean_squared_error": lambda t, y: np.mean((y - t) ** 2, axis=-1),
    "mean_absolute_error": lambda t, y: np.mean(np.abs(y - t), axis=-1),
}
SLOPES = {
    "mean_squared_error": lambda t, y: 2 * (y - t) / y.shape[-1],
    "mean_absolute_error": lambda t, y: np.sign(y - t) / y.shape[-1],
}


class ToyLoss:
    """One of the two losses."""

    def __init__(self, name):
        self.per_sample = self.as_given = lambda t, y: VALUES[name](*map(np.asarray, (t, y)))
        self.gradient = lambda t, y: SLOPES[name](*map(np.asarray, (t, y)))
        self.mean = lambda t, y: float(np.mean(self.per_sample(t, y)))


class ToyEnsemble:
    """Linear layers, trained side by side by gradient descent."""

    def __init__(self, training, loss):
        self._rate, self._size = training.settings["learning_rate"], training.batch_size
        self._loss = loss

    def load(self, *parts):
        self._parts = parts

    def compile(self):
        pass

    def reset(self, weights):
        self._kernel, self._bias = (np.array(each, np.float64) for each in weights)

    def train(self, orders):
        points, targets = self._parts[0]
        history = []
        for epoch in orders:
            for start in range(0, epoch.shape[1], self._size):
                batch = epoch[:, start : start + self._size]
                slopes = self._loss.gradient(targets[batch], self._outputs(points[batch]))
                self._kernel -= self._rate * np.swapaxes(points[batch], 1, 2) @ slopes / self._size
                self._bias -= self._rate * slopes.mean(axis=1)
            history.append([self.measure(0)["loss"], self.measure(1)["loss"]])
        return dict(zip(("loss", "val_loss"), np.swapaxes(history, 0, 1)))

    def measure(self, part):
        points, targets = self._parts[part]
        return {"loss": self._loss.per_sample(targets, self._outputs(points)).mean(axis=-1)}

    def weights(self):
        return [self._kernel, self._bias]

    def predict(self, inputs):
        return self._outputs(inputs)

    def _outputs(self, points):
        return points @ self._kernel + self._bias[:, None]


class ToyBackend:
    """What `lossspec.backends.base.Backend` asks for."""

    name, modes, given_as = "toy", ("plain",), ("arrays", "lists")
    internal_errors = (MemoryError,)
    seeded = staticmethod(contextlib.nullcontext)
    refuses = staticmethod(lambda error: isinstance(error, ValueError))

    def __init__(self):
        self.versions = {"toy": "1.0"}

    def lacks(self, loss, dtype="float32"):
        if loss not in VALUES or dtype != "float32":
            return f"the toy has no {loss} in {dtype}"
        return None

    def loss(self, name, mode="plain", dtype="float32", *, given_as="arrays"):
        reason = self.lacks(name, dtype)
        if reason:
            raise CallGone(reason)
        return ToyLoss(name)

    def initial_weights(self, training, seed):
        (layer,) = training.layers
        kernel = np.random.RandomState(seed).standard_normal((layer.inputs, layer.units))
        return [kernel, np.zeros(layer.units)]

    def ensemble(self, training, replicates, mode):
        return ToyEnsemble(training, self.loss(training.loss, mode))

    def training_step(self, training, batch, mode):
        raise CallGone("the toy times nothing")
