"""Calls of specs by some of their parameters: ``test_it[hinge]``."""

from __future__ import annotations

from typing import Collection


def is_call_of(calls: Collection[str], name: str) -> bool:
    """Whether a spec's call, ``test_it[eager-hinge]``, is one of some: ``test_it[hinge]``, or all.

    They name parameters that stand together, or none.
    """
    spec, _, parameters = name.rstrip("]").partition("[")
    return not calls or any(
        call.partition("[")[0] == spec and f"-{parameters_of(call)}-" in f"-{parameters}-"
        if "[" in call
        else call == spec
        for call in calls
    )


def parameters_of(call: str) -> str:
    """The parameters that a call names, or its spec."""
    spec, _, parameters = call.rstrip("]").partition("[")
    return parameters or spec
