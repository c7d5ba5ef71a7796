"""Types of what TensorFlow and Keras hand over.

Releases 2.2 to 2.21 share no types that a checker could read, so all of it is untyped, by these
names.
"""

from __future__ import annotations

from typing import Any, Callable

Library = Any
"""The module ``tensorflow``, or ``tf.keras``."""

Tensor = Library
KerasObject = Library
"""A layer, a loss, an optimizer, a variable, or the class of one."""

InMode = Callable[[Callable[..., Tensor]], Callable[..., Tensor]]
"""Turns a function of tensors into one that runs in an execution mode."""
