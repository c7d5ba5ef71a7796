"""A scheduler of Dask's: where it is, and who works for it."""

from __future__ import annotations

import logging
import pkgutil
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Mapping

from lossspec.core import json_files
from lossspec.core.errors import UsageProblem
from lossspec.core.version import VERSION

if TYPE_CHECKING:
    from distributed import Client

TIME_OUT = 10.0
"""Seconds in which a scheduler has to answer."""


@dataclass(frozen=True)
class Scheduler:
    """Where a scheduler is: its address, or a file that it wrote."""

    address: str = ""
    file: Path | None = None

    def __str__(self) -> str:
        return f"--scheduler-file {self.file}" if self.file else f"--scheduler {self.address}"

    def connect(self) -> Client:
        """Connect to it.

        Raises:
            UsageProblem: when Dask isn't installed, nobody answers, or the file says nothing.
        """
        try:
            from distributed import Client
        except ImportError as error:
            raise UsageProblem(
                f"{self} needs {error.name}, which is not installed",
                expected="the packages of the extra 'cluster'",
                do="run 'python -m pip install \"lossspec[cluster]\"', or leave it out",
            ) from error
        # What they would log of a lost connection is said in a line of ours.
        for name in logging.root.manager.loggerDict:
            if name.partition(".")[0] in ("distributed", "tornado"):
                logging.getLogger(name).setLevel(logging.CRITICAL)
        address = _address_in(self.file) if self.file else self.address
        try:
            return Client(address, timeout=TIME_OUT, set_as_default=False, name="lossspec")
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            where = address if self.file is None else f"{address}, which {self.file} names"
            raise UsageProblem(
                f"no scheduler of Dask's answers at {where}, within {TIME_OUT:.0f} s",
                expected="an address such as tcp://host:8786, where 'dask scheduler' runs",
                do="start one there, or name another",
            ) from error


def scheduler_of(address: str | None, file: Path | None) -> Scheduler:
    """Make the one that a user has named, by either.

    Raises:
        UsageProblem: when both are given.
    """
    if address is not None and file is not None:
        raise UsageProblem(
            "both --scheduler and --scheduler-file", expected="one of them", do="leave one out"
        )
    return Scheduler(address or "", file)


def check_workers(client: Client) -> None:
    """Check that each worker has this lossspec, and uv.

    Raises:
        UsageProblem: when one hasn't.
    """
    # By a function that any Python has, so that workers without lossspec can be asked.
    versions = _asked_of(client, pkgutil.resolve_name, "lossspec.core.version:VERSION")
    for worker, version in versions.items():
        if version != VERSION:
            has = f"lossspec {version}" if isinstance(version, str) else "no lossspec"
            raise UsageProblem(
                f"worker {worker} has {has}",
                expected=f"lossspec {VERSION}, as here",
                do="install there what is installed here",
            )
    for worker, path in _asked_of(client, shutil.which, "uv").items():
        if path is None:
            raise UsageProblem(
                f"worker {worker} has no uv on its path",
                expected="uv, which builds the environments",
                do="run 'python -m pip install uv' there",
            )


def _asked_of(client: Client, function: object, argument: str) -> Mapping[str, object]:
    """Ask each worker; one that doesn't answer is left to the scheduler."""
    found = client.run(function, argument, on_error="return")
    return {worker: said for worker, said in found.items() if not isinstance(said, OSError)}


def _address_in(file: Path) -> str:
    try:
        content = json_files.loads(file.read_text(encoding="utf-8"))
        address = content["address"]
    except OSError as error:
        given = f"{file} can't be read: {error.strerror}"
    except (ValueError, RecursionError) as error:
        given = f"{file} can't be read: no JSON ({error})"
    except (KeyError, TypeError):
        given = f"{file} names no address"
    else:
        if isinstance(address, str):
            return address
        given = f"{file} names {address!r} as the address"
    raise UsageProblem(
        given,
        expected="what 'dask scheduler --scheduler-file' writes",
        do="start the scheduler, or name its file",
    )
