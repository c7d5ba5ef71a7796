"""Networks whose predictions are known: what they report is then about the loss alone."""

import numpy as np


def giving_back_its_inputs(subject, outputs, **arguments):
    """A network that predicts its inputs, activated: its kernel is the identity.

    Args:
        subject: the library under test.
        outputs: how many numbers come in and go out.
        arguments: more for the layer, ``activation`` say.
    """
    network = subject.network([{"units": outputs, "input_shape": (outputs,), **arguments}])
    network.set_weights([np.eye(outputs), np.zeros(outputs)])
    return network


def masking_steps(subject, steps, marked, biases):
    """A network that adds biases to each step's inputs, and masks the steps of a mark.

    Args:
        subject: the library under test.
        steps: how many a sequence has.
        marked: what a masked step consists of; the layer that masks makes it 0.
        biases: what is added to each of a step's numbers; at masked steps, what is predicted.
    """
    outputs = len(biases)
    masking = {"mask_value": marked, "input_shape": (steps, outputs)}
    network = subject.network([{"units": outputs}], masking=masking)
    network.set_weights([np.eye(outputs), biases])
    return network


def drawn(subject, layers):
    """A network whose weights are the same each time: normal, and kept in scale by layers."""
    network, generator = subject.network(layers), np.random.RandomState(0)
    shapes = [each.shape for each in network.weights()]
    network.set_weights([generator.normal(0, np.sqrt(2 / shape[0]), shape) for shape in shapes])
    return network
