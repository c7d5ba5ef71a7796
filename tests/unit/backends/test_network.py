"""The documents' networks: what is asked of them, and what an error of theirs is about."""

import contextlib
from types import SimpleNamespace

import pytest

from lossspec.backends.keras.engines.numpy import NumPy
from lossspec.backends.keras.engines.openvino import OpenVino
from lossspec.backends.keras.engines.torch import Torch
from lossspec.backends.keras.network import Network
from lossspec.core.errors import CallGone, NotAsked


@pytest.mark.parametrize(
    ("engine", "unasked"),
    [(Torch, ()), (NumPy, ("fit",)), (OpenVino, ("fit", "evaluate", "predict"))],
)
def test_what_is_asked_of_networks(engine, unasked):
    """Training without slopes isn't, nor on OpenVINO what the CPU decides the precision of."""
    answers = {"fit": SimpleNamespace(history={"loss": [1]}), "evaluate": 2, "predict": [[3]]}
    callbacks, optimizers = SimpleNamespace(Callback=object), SimpleNamespace(SGD=id)
    network = Network.__new__(Network)
    network._keras = SimpleNamespace(callbacks=callbacks, optimizers=optimizers)
    network._engine = engine(SimpleNamespace(), network._keras)
    given = {name: (lambda *_, name=name, **__: answers[name]) for name in answers}
    network._model = SimpleNamespace(compile=dict, **given)
    calls = {
        "fit": lambda: network.fit(([[1.0]], [1.0]), loss="mse"),
        "evaluate": lambda: network.evaluate([[1.0]], [1.0], loss="mse"),
        "predict": lambda: network.predict([[1.0]]),
    }

    for name, call in calls.items():
        words = "trains nothing" if name == "fit" else "bfloat16 on CPUs that have it"
        expected = pytest.raises(NotAsked, match=words) if name in unasked else None
        with expected or contextlib.nullcontext():
            call()


def test_a_kernel_that_torch_lacks_is_an_error():
    """It isn't taken for what Keras doesn't do."""

    def fit(*_, **__):
        raise NotImplementedError("no kernel")

    network = Network.__new__(Network)
    network._engine, network._model = Torch(None, None), SimpleNamespace(fit=fit)
    with pytest.raises(NotImplementedError, match="no kernel"):
        network._fit([[1.0]])


@pytest.mark.parametrize(
    ("stands_for", "raised"),
    [(lambda t, y: t - y, TypeError), (lambda t, y, q: q * (t - y), CallGone), (dict, CallGone)],
    ids=["a function", "one that asks for more", "a class"],
)
def test_a_string_that_cannot_be_called_is_none(stands_for, raised):
    """What targets and predictions don't suffice for is no loss; else an error stays an error."""

    def fit(*_, **__):
        raise TypeError("missing 1 required positional argument: 'q'")

    losses = SimpleNamespace(get=lambda _: stands_for)
    callbacks, optimizers = SimpleNamespace(Callback=object), SimpleNamespace(SGD=id)
    network = Network.__new__(Network)
    network._keras = SimpleNamespace(losses=losses, callbacks=callbacks, optimizers=optimizers)
    network._engine = Torch(None, network._keras)
    network._model = SimpleNamespace(fit=fit, compile=dict)
    with pytest.raises(raised, match="missing 1 required"):
        network.fit(([[1.0]], [1.0]), loss="gce", batch_size=1)
