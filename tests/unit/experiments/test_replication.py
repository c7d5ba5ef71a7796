"""A replicate is a ``fit``, only faster: same start and orders, same weights and history.

How far two correct float32 computations may drift apart is measured, not guessed: a twin of each
network starts from weights moved by one unit in the last place, the size of a single rounding. Each
step of training rounds anew: after n steps the two computations may be n such twins apart, in
the direction and by the growth that the twin shows.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import importlib.util
import pickle
import threading
import time
from dataclasses import dataclass

import numpy as np
import pytest

from lossspec.backends.catalog import KERAS, KERAS_JAX, KERAS_TORCH
from lossspec.backends.keras import batched_training
from lossspec.backends.keras.stacked_training import StackedTraining
from lossspec.backends.loading import load_backend
from lossspec.experiments import replication
from lossspec.experiments.datasets import UNSEEDED
from lossspec.experiments.recipes import RECIPES
from lossspec.experiments.replication import data_of, predictions, replicate, train_chunk

SEEDS = (3, 4)
EPOCHS = 3
TWINS = 4
ONE_ULP = 2.0**-23
TRAINING = KERAS, KERAS_JAX, KERAS_TORCH
INSTALLED = next(
    (info for info in TRAINING if importlib.util.find_spec(info.computes_with)), TRAINING[0]
)
MODES = INSTALLED.modes[1:] or INSTALLED.modes
"""Those in which recipes are trained: compiled ones, where there are any."""


@dataclass(frozen=True)
class Fitted:
    """One recipe's data, orders and starts, and what ``fit`` made of them."""

    training: tuple
    validation: tuple
    orders: list
    starts: list
    fits: list


@pytest.fixture(scope="module")
def subject():
    """The installed Keras, on the first that is installed."""
    pytest.importorskip(INSTALLED.computes_with, reason="parity is with model.fit")
    return load_backend(INSTALLED.name)


@pytest.fixture(scope="module", params=RECIPES)
def recipe(request):
    """Each recipe in turn."""
    return RECIPES[request.param]


def documented_network(subject, recipe):
    """A recipe's network as the document writes it."""
    initializers = [
        {"kernel_initializer": layer.initializer} if layer.initializer else {}
        for layer in recipe.layers
    ]
    return subject.network(
        [
            {
                "units": layer.units,
                "activation": layer.activation,
                "input_shape": (layer.inputs,),
                **initializer,
            }
            for layer, initializer in zip(recipe.layers, initializers)
        ]
    )


def fit(subject, recipe, start, training, validation, orders):
    """What ``model.fit`` reports of each epoch, and the weights at the end."""
    network = documented_network(subject, recipe)
    network.set_weights(start)
    model, optimizers = network._model, subject._keras.optimizers
    optimizer = getattr(optimizers, recipe.optimizer)(**recipe.settings)
    model.compile(loss=subject.string_of(recipe.loss), optimizer=optimizer, metrics=[recipe.metric])
    reported = []
    for order in orders:
        epoch = model.fit(
            training[0][order],
            training[1][order],
            validation_data=validation,
            batch_size=recipe.batch_size,
            shuffle=False,
            verbose=0,
        )
        reported.append({name: values[0] for name, values in epoch.history.items()})
    return reported, network.weights()


def of_replicate(part, row):
    """The points and targets of one replicate."""
    return tuple(array[row] if array.ndim == 3 else array for array in part)


@pytest.fixture(scope="module")
def fitted(subject, recipe):
    """Each seed's network trained by ``fit``; each start is followed by those of its twins."""
    seeds = SEEDS if recipe.data in UNSEEDED else SEEDS[:1]  # each has data of its own, or none has
    training, validation, _ = data_of(recipe, list(np.repeat(seeds, 1 + TWINS)))
    orders = [np.random.RandomState(9).permutation(training[0].shape[-2]) for _ in range(EPOCHS)]
    random, starts, fits = np.random.RandomState(0), [], []
    for number, seed in enumerate(seeds):
        start = subject.initial_weights(recipe, seed)
        starts.append(start)
        starts += [
            [each * (1 + ONE_ULP * random.choice([-1, 1], each.shape)) for each in start]
            for _ in range(TWINS)
        ]
        row = number * (1 + TWINS)
        data = (of_replicate(part, row) for part in (training, validation))
        fits.append(fit(subject, recipe, start, *data, orders))
    return Fitted(training, validation, orders, [np.stack(each) for each in zip(*starts)], fits)


def assert_within_drift(ours, theirs, row, steps):
    """Check a replicate against ``fit``: no farther apart than its twins, once for each step."""
    drift = np.abs(ours[row + 1 : row + 1 + TWINS] - ours[row]).max()

    np.testing.assert_allclose(ours[row], theirs, rtol=0, atol=steps * (drift + ONE_ULP))


@pytest.mark.parametrize("mode", MODES)
def test_a_replicate_is_a_fit(subject, recipe, fitted, mode):
    """After three epochs, weights and all that is reported of a replicate are ``model.fit``'s."""
    replicates = len(fitted.fits) * (1 + TWINS)
    ensemble = subject.ensemble(recipe, replicates, mode)
    ensemble.load(fitted.training, fitted.validation)
    ensemble.reset(fitted.starts)
    orders = np.stack([np.tile(order, (replicates, 1)) for order in fitted.orders])
    reported = ensemble.train(orders)

    steps = EPOCHS * -(-len(fitted.orders[0]) // recipe.batch_size)
    expected = {"loss", "val_loss", recipe.metric, f"val_{recipe.metric}"}
    for number, (history, weights) in enumerate(fitted.fits):
        row = number * (1 + TWINS)
        for ours, theirs in zip(ensemble.weights(), weights):
            assert_within_drift(ours, theirs, row, steps)
        for epoch, theirs in enumerate(history):
            assert expected <= set(reported) & set(theirs)
            for measure in theirs:
                assert_within_drift(reported[measure][epoch], theirs[measure], row, steps)


@pytest.mark.parametrize("name", ["circles-hinge", "separable-hinge"])
def test_a_replicate_does_not_depend_on_its_neighbours(subject, name):
    """A seed gives the same run alone, among others and in another chunk."""
    recipe = dataclasses.replace(RECIPES[name], epochs=2)
    among = train_chunk(recipe, (5, 6, 7), MODES[0], subject)
    alone = train_chunk(recipe, (6,), MODES[0], subject)

    for measure in among.history:
        np.testing.assert_allclose(
            among.history[measure][:, 1], alone.history[measure][:, 0], rtol=1e-4, atol=1e-6
        )


@pytest.mark.parametrize("name", ["circles-binary-crossentropy", "separable-hinge"])
def test_bursts_of_epochs_are_joined(subject, monkeypatch, name):
    """Epochs in several compiled calls are those of one call, and each is told of."""
    recipe, told = dataclasses.replace(RECIPES[name], epochs=5), []
    once = train_chunk(recipe, (1, 2), MODES[0], subject)
    monkeypatch.setattr(batched_training, "BURST", 2)
    monkeypatch.setattr(replication, "BURST", 2)
    thrice = train_chunk(recipe, (1, 2), MODES[0], subject, told.append)

    assert told == [2] * 5
    for measure, values in once.history.items():
        assert values.shape == (5, 2)
        np.testing.assert_allclose(thrice.history[measure], values, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "name", ["circles-hinge", "separable-hinge", "regression-mean-squared-error"]
)
def test_the_final_figures_are_of_each_part(subject, monkeypatch, name):
    """At the end training and test data are measured whole, the rest of a block included."""
    monkeypatch.setattr(StackedTraining, "block", 70)
    recipe = dataclasses.replace(RECIPES[name], epochs=1)
    study = train_chunk(recipe, SEEDS, MODES[0], subject)

    training, validation, testing = data_of(recipe, SEEDS)
    loss = subject.loss(recipe.loss)
    for part, data in {"train": training, "test": testing}.items():
        for row in range(len(SEEDS)):
            points, targets = of_replicate(data, row)
            weights = [each[row : row + 1] for each in study.weights]
            (predicted,) = predictions(recipe, weights, points, subject)
            np.testing.assert_allclose(
                study.final[part]["loss"][row], loss.mean(targets, predicted), rtol=1e-4
            )
    if validation is testing:
        np.testing.assert_array_equal(study.final["test"]["loss"], study.history["val_loss"][-1])


def test_threads_do_not_meet(subject):
    """Chunks that an executor trains in two threads are those that one thread trains."""
    recipe = dataclasses.replace(RECIPES["separable-hinge"], epochs=1)
    chunks = [(1, 2), (3, 4), (5, 6)]
    with concurrent.futures.ThreadPoolExecutor(2) as threads:
        together = list(
            threads.map(lambda chunk: train_chunk(recipe, chunk, MODES[0], subject), chunks)
        )

    for study, chunk in zip(together, chunks):
        alone = train_chunk(recipe, chunk, MODES[0], subject)
        np.testing.assert_allclose(study.history["loss"], alone.history["loss"], rtol=1e-5)


def test_more_seeds_than_a_chunk_are_trained_in_threads(subject, monkeypatch):
    """They are in the order of the seeds, each as in a chunk alone; every epoch is told of."""
    monkeypatch.setattr(replication, "CHUNK", 2)
    recipe, told = dataclasses.replace(RECIPES["separable-hinge"], epochs=1), []
    study = replicate(
        recipe, (5, 1, 3, 2), backend=subject, mode=COMPILED[0], each_epoch=told.append
    )
    alone = [train_chunk(recipe, chunk, COMPILED[0], subject) for chunk in ((5, 1), (3, 2))]

    assert study.seeds == (5, 1, 3, 2)
    assert told == [2, 2]
    losses = np.hstack([chunk.history["loss"] for chunk in alone])
    np.testing.assert_allclose(study.history["loss"], losses, rtol=1e-5)


def test_what_ends_one_thread_ends_the_others():
    """A failure is raised as it is, and no chunk goes on to its end behind it."""
    epochs, failed = [], threading.Event()

    def train(chunk, each_epoch):
        if chunk == (1,):
            failed.set()
            raise KeyboardInterrupt
        failed.wait()
        for _ in range(5000):
            each_epoch(1)
            time.sleep(0.001)

    with pytest.raises(KeyboardInterrupt):
        replication._in_threads(train, [(1,), (2,), (3,)], epochs.append)

    assert len(epochs) < 5000


def test_other_processes_load_the_backend_anew(subject):
    """An executor of processes can take it; each of them has one, for networks to compile once."""
    first, second = (pickle.loads(pickle.dumps(subject)) for _ in range(2))  # noqa: S301 # our own

    assert first.versions == subject.versions
    assert first is second


def test_a_recipe_of_ones_own_is_trained_as_given(subject):
    """A recipe with a name of the documents but other settings is not taken for theirs."""
    own = dataclasses.replace(RECIPES["separable-hinge"], epochs=1, settings={"learning_rate": 0.0})
    study = train_chunk(own, (1,), MODES[0], subject)

    for kept, start in zip(study.weights, subject.initial_weights(own, 1)):
        np.testing.assert_array_equal(kept[0], start)


ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softmax": lambda x: np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True),
    "tanh": np.tanh,
}


def test_predictions_are_those_of_one_network_each(subject, recipe, monkeypatch):
    """In chunks and blocks with a rest each, predictions are NumPy's, and ``model.predict``'s."""
    monkeypatch.setattr(replication, "CHUNK", 2)
    monkeypatch.setattr(StackedTraining, "block", 4)
    random = np.random.RandomState(0)
    points = random.uniform(-2, 2, (10, recipe.layers[0].inputs))
    starts = [subject.initial_weights(recipe, seed) for seed in (*SEEDS, 5)]
    weights = [np.stack(each) + random.uniform(-0.1, 0.1, each[0].shape) for each in zip(*starts)]

    predicted = predictions(recipe, weights, points, subject)

    assert predicted.dtype == np.float64
    values = np.tile(points, (3, 1, 1))
    for layer, kernel, bias in zip(recipe.layers, weights[::2], weights[1::2]):
        values = ACTIVATIONS[layer.activation](values @ kernel + bias[:, None])
    np.testing.assert_allclose(predicted, values, rtol=1e-5, atol=1e-5)
    network = documented_network(subject, recipe)
    network.set_weights([each[1] for each in weights])
    np.testing.assert_allclose(predicted[1], network.predict(points), rtol=1e-5, atol=1e-5)
