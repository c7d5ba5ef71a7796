"""What a loss is given: plain lists, and numbers of another precision."""

import numpy as np
import pytest

from helpers.bounds import bound_of
from helpers.given import refusing
from helpers.kinds import DOCUMENTED, every_loss
from helpers.samples import own
from lossspec.backends.keras.adapter import Refused
from lossspec.losses import DEFINITIONS, tolerance
from lossspec.losses.definition import Domain

MSE, MSLE = "mean_squared_error", "mean_squared_logarithmic_error"
SCCE = "sparse_categorical_crossentropy"

but_the_sparse = pytest.mark.parametrize(
    "name", [name for name, loss in DOCUMENTED.items() if loss.targets is not Domain.CLASSES]
)

IN_EACH_PRECISION = [
    ("float32", "float64"),
    ("float64", "float32"),
    ("float16", "float32"),
]


@pytest.mark.claim("beside.lists")
@but_the_sparse
def test_a_loss_takes_lists(name, subject, evidence):
    """Plain lists of targets and predictions cost what the definition says."""
    targets, predictions, wanted, bound = own(name)

    evidence.close(
        "loss of lists",
        subject.loss(name).as_given(targets.tolist(), predictions.tolist()),
        wanted,
        within=bound,
    )


@pytest.mark.claim("beside.lists-sparse")
def test_the_sparse_loss_wants_arrays(subject, evidence):
    """A list on either side raises an AttributeError; arrays cost what the definition says."""
    targets, predictions, wanted, bound = own(SCCE)
    sparse = subject.loss(SCCE)
    lists = targets.tolist(), predictions.tolist()
    for what, given in {
        "lists": lists,
        "a list of class numbers": (lists[0], predictions),
        "a list of predictions": (targets, lists[1]),
    }.items():
        evidence.refuses(what, lambda given=given: sparse.as_given(*given), AttributeError)
    evidence.close("loss of arrays", sparse.as_given(targets, predictions), wanted, within=bound)


@pytest.mark.instead("beside.lists-sparse")
def test_the_sparse_loss_takes_lists(subject, evidence):
    """Plain lists of class numbers and predictions cost what the definition says."""
    targets, predictions, wanted, bound = own(SCCE)

    evidence.close(
        "loss of lists",
        subject.loss(SCCE).as_given(targets.tolist(), predictions.tolist()),
        wanted,
        within=bound,
    )


@pytest.mark.claim("beside.lists-class")
@but_the_sparse
def test_a_class_takes_lists(name, subject, evidence):
    """Through the class, plain lists of targets, predictions and weights cost what arrays cost."""
    targets, predictions, wanted, bound = own(name)
    weights = np.resize([0.5, 1.0, 3.0], len(wanted))
    lists = [each.tolist() for each in (targets, predictions, weights)]
    unreduced = subject.loss_class(name, reduction="none")
    judged = evidence.accepts("lists", lambda: unreduced.as_given(*lists), AttributeError)

    evidence.close("weighted loss of lists", judged, weights * wanted, within=weights * bound)


@pytest.mark.instead("beside.lists-class")
@but_the_sparse
def test_a_class_wants_arrays(name, subject, evidence):
    """Through the class, lists raise an AttributeError; arrays of the same numbers don't."""
    targets, predictions, wanted, bound = own(name)
    unreduced = subject.loss_class(name, reduction="none")

    evidence.refuses(
        "lists", lambda: unreduced.as_given(targets.tolist(), predictions.tolist()), AttributeError
    )
    evidence.close("loss of arrays", unreduced.as_given(targets, predictions), wanted, within=bound)


@pytest.mark.claim("beside.lists-class-sparse")
def test_the_sparse_class_refuses_lists(subject, evidence):
    """Through the class, lists raise an error; arrays cost what the definition says."""
    targets, predictions, wanted, bound = own(SCCE)
    unreduced = subject.loss_class(SCCE, reduction="none")
    call = refusing(subject, lambda: unreduced.as_given(targets.tolist(), predictions.tolist()))

    evidence.refuses("lists", call, Refused)
    evidence.close("loss of arrays", unreduced.as_given(targets, predictions), wanted, within=bound)


@pytest.mark.instead("beside.lists-class-sparse")
def test_the_sparse_class_takes_lists(subject, evidence):
    """Through the class, lists of class numbers and predictions cost what the definition says."""
    targets, predictions, wanted, bound = own(SCCE)
    unreduced = subject.loss_class(SCCE, reduction="none")

    evidence.close(
        "loss of lists",
        unreduced.as_given(targets.tolist(), predictions.tolist()),
        wanted,
        within=bound,
    )


LIST_OF = pytest.mark.parametrize("list_of", ["targets", "predictions"])


def beside_an_array(name, list_of):
    """Targets and predictions, one a list, the other an array; each loss, and its tolerance."""
    targets, predictions, wanted, bound = own(name)
    given = {
        "targets": (targets.tolist(), predictions.astype("float32")),
        "predictions": (targets, predictions.tolist()),
    }[list_of]
    return given, wanted, bound


@pytest.mark.claim("beside.list-beside-array")
@every_loss
@LIST_OF
def test_a_class_takes_a_list_beside_an_array(name, list_of, subject, evidence):
    """Through the class, a list on one side and an array on the other cost what arrays cost."""
    given, wanted, bound = beside_an_array(name, list_of)
    unreduced = subject.loss_class(name, reduction="none")
    call = refusing(subject, lambda: unreduced.as_given(*given))
    losses = evidence.accepts(f"a list of {list_of}", call, Refused)

    evidence.close("loss", losses, wanted, within=bound)


@pytest.mark.instead("beside.list-beside-array")
@every_loss
@LIST_OF
def test_a_class_refuses_a_list_beside_an_array(name, list_of, subject, evidence):
    """Through the class, a list on one side and an array on the other raise an error."""
    given, *_ = beside_an_array(name, list_of)
    unreduced = subject.loss_class(name, reduction="none")
    call = refusing(subject, lambda: unreduced.as_given(*given))

    evidence.refuses(f"a list of {list_of}", call, Refused)


def of_its_precision(name, precisions):
    """A loss's case, and the claim that it decides."""
    apart = name == SCCE and precisions[0] == "float16"
    claim = "beside.scce-precision-of-float16" if apart else "beside.precision-of-predictions"
    return pytest.param(name, *precisions, marks=pytest.mark.claim(claim))


@pytest.mark.parametrize(
    ("name", "of_predictions", "of_targets"),
    [
        of_its_precision(name, precisions)
        for name in DOCUMENTED
        if name != MSLE
        for precisions in IN_EACH_PRECISION
    ],
)
def test_the_precision_is_that_of_the_predictions(
    name, of_predictions, of_targets, subject, evidence
):
    """Losses come out in as many bits as predictions have, beside targets of another precision."""
    targets, predictions, *_ = own(name)
    judged = subject.loss(name, dtype=of_predictions, targets_in=of_targets)

    evidence.exactly(
        "bits of a loss", judged.bits(targets, predictions), int(of_predictions[len("float") :])
    )


# Float64 holds it and float32 takes it for 1.
A_LITTLE_MORE = 1 + 2.0**-40


@pytest.mark.claim("beside.list-precision")
def test_a_list_is_of_float32_and_an_array_of_float64(subject, evidence):
    """An error of 2^-40 costs its square in arrays of float64, and nothing in lists."""
    judged = subject.loss(MSE)
    target, prediction = [[1.0]], [[A_LITTLE_MORE]]

    evidence.exactly("loss of lists", judged.as_given(target, prediction), 0)
    evidence.exactly(
        "loss of arrays", judged.as_given(np.array(target), np.array(prediction)), 2.0**-80
    )


@pytest.mark.claim("beside.msle-float16")
def test_the_logarithmic_loss_of_float16_is_of_float32(subject, evidence):
    """Predictions of float16 give losses of float32, as near to the definition as float32's."""
    targets, predictions, wanted, bound = own(MSLE)
    judged = subject.loss(MSLE, dtype="float16")

    evidence.exactly("bits of a loss", judged.bits(targets, predictions), 32)
    evidence.close("loss", judged.per_sample(targets, predictions), wanted, within=bound)


@pytest.mark.instead("beside.msle-float16")
def test_the_logarithmic_loss_of_float16_is_of_float16(subject, evidence):
    """Predictions of float16 give losses of float16."""
    targets, predictions, *_ = own(MSLE)

    evidence.exactly(
        "bits of a loss", subject.loss(MSLE, dtype="float16").bits(targets, predictions), 16
    )


@pytest.mark.claim("beside.class-precision")
@every_loss
def test_a_class_computes_in_the_precision_it_is_given(name, subject, evidence):
    """A class made with dtype="float64" is its definition, in 64 bits, as they round."""
    targets, predictions, wanted, _ = own(name)
    bound = bound_of(DEFINITIONS[name], targets, predictions, tolerance.UNITS["float64"])
    judged = subject.loss_class(name, reduction="none", dtype="float64")

    # Of losses with logarithms the bound is as wide as what epsilon moves.
    evidence.exactly("bits of a loss", judged.bits(targets, predictions), 64)
    evidence.close("loss", judged(targets, predictions), wanted, within=bound)


@pytest.mark.claim("beside.class-precision")
def test_a_class_of_float64_keeps_the_digits_it_is_given(subject, evidence):
    """Made with dtype="float64" a class costs the square of an error of 2^-40, and else nothing."""
    given = np.array([[1.0]]), np.array([[A_LITTLE_MORE]])

    in_float64 = subject.loss_class(MSE, dtype="float64")
    evidence.exactly("loss in float64", in_float64.as_given(*given), 2.0**-80)
    evidence.exactly("loss by default", subject.loss_class(MSE).as_given(*given), 0)


@pytest.mark.instead("beside.class-precision")
@every_loss
def test_the_predictions_decide_the_precision(name, subject, evidence):
    """Predictions of float64 cost what the definition says, within roundings of float64."""
    targets, predictions, wanted, _ = own(name)
    bound = bound_of(DEFINITIONS[name], targets, predictions, tolerance.UNITS["float64"])

    evidence.close(
        "loss",
        subject.loss(name, dtype="float64").per_sample(targets, predictions),
        wanted,
        within=bound,
    )
