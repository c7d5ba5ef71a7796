"""What tests share: small ledgers, an inner pytest's runs of specs, runs of the command."""

from __future__ import annotations

import signal
import textwrap
from pathlib import Path
from types import SimpleNamespace

import pytest

import lossspec
from invoking import CliRunner
from lossspec.backends import loading
from lossspec.backends.keras import settings
from lossspec.commands.main import main
from lossspec.experiments import replication
from lossspec.ledger.claims import load_ledger
from lossspec.plugin import binding
from machines import Machine
from synthetic import study_of

DOCUMENT = """
[document]
id = "doc"
title = "A Document"
author = "An Author"
date = "2020-01-01"
sections = ["First section", "Second section"]
"""

CONFTEST = """
import contextlib

from lossspec.plugin import binding

class FakeInternalError(Exception):
    pass

class FakeSubject:
    internal_errors = (FakeInternalError,)
    seeded = staticmethod(contextlib.nullcontext)
    refuses = staticmethod(lambda error: type(error) is ValueError)
    versions = {"tensorflow": "2.21.0", "keras": "3.15.1"}

    def loss(self, name, mode="eager"):
        return f"{name} in {mode}"

binding.load_backend = lambda **_: FakeSubject()
"""


@pytest.fixture(scope="session", autouse=True)
def _signals_as_usual():
    """Signals end what the tests start, even where a shell in the background has them ignored."""
    usual = {"SIGINT": signal.default_int_handler, "SIGHUP": signal.SIG_DFL}
    usual["SIGTERM"] = signal.SIG_DFL
    ignored = [
        number
        for number in (getattr(signal, name, None) for name in usual)
        if number and signal.getsignal(number) == signal.SIG_IGN
    ]
    for number in ignored:
        signal.signal(number, usual[number.name])
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


SPEC_IMPORTS = "import numpy as np\nimport pytest\nfrom lossspec.core.errors import CallGone\n"


def claim_entry(claim_id, *expected, section="First section"):
    """One claim of a ledger as TOML, with the bodies of its ``[[claim.expected]]`` tables."""
    said = f'kind = "behaviour"\nstatement = "About {claim_id}."\n'
    return f'[[claim]]\nid = "{claim_id}"\nsection = "{section}"\n{said}' + "".join(
        f"[[claim.expected]]\n{body}\n" for body in expected
    )


def write_ledger(folder, claims):
    """Write a ledger: claims as TOML, or ids of claims that are expected to hold."""
    entries = [each if "[[claim]]" in each else claim_entry(each) for each in claims]
    folder.mkdir(exist_ok=True)
    (folder / "doc.toml").write_text(DOCUMENT + "\n".join(entries), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def shipped():
    """The ledger that comes with lossspec, read once."""
    return load_ledger()


@pytest.fixture(name="claim_entry")
def _claim_entry():
    """The function that writes a claim as TOML."""
    return claim_entry


@pytest.fixture
def ledger_of(tmp_path):
    """A function from claims as TOML (or claim ids) to the ledger that holds them."""
    return lambda *claims: load_ledger(write_ledger(tmp_path / "ledger-of", claims))


class Suite:
    """A folder of specs with its ledger and a fake subject, to be run by an inner pytest."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester = pytester
        self.path: Path = pytester.path
        (self.path / "ledger").mkdir()
        (self.path / "specs").mkdir()
        self.conftest(CONFTEST)
        pytester.makeini(
            "[pytest]\nlossspec_specs = specs\ntestpaths = specs\naddopts = --strict-markers\n"
        )

    def conftest(self, text):
        """Replace the conftest, and with it the fake subject."""
        (self.path / "conftest.py").write_text(textwrap.dedent(text), encoding="utf-8")

    def ledger(self, *claims):
        """Write the ledger, as `write_ledger` does."""
        write_ledger(self.path / "ledger", claims)

    def specs(self, text, file="specs/test_specs.py"):
        """Write a file of specs."""
        target = self.path / file
        target.parent.mkdir(exist_ok=True)
        target.write_text(SPEC_IMPORTS + textwrap.dedent(text), encoding="utf-8")

    def run(self, *arguments):
        """Run the suite in this process, which Ctrl-C in a spec doesn't end."""
        every = (*self._options(arguments), *arguments)
        return self._pytester.runpytest_inprocess(*every, no_reraise_ctrlc=True)

    def run_apart(self, *arguments):
        """Run the suite in a process of its own, as pytest-xdist needs."""
        return self._pytester.runpytest_subprocess(*self._options(arguments), *arguments)

    @staticmethod
    def _options(arguments):
        # Specs run in the order in which they are written, unless a test says otherwise.
        shuffled = any(option.startswith("--randomly") for option in arguments)
        order = () if shuffled else ("-p", "no:randomly")
        plugins = ("-p", "lossspec.plugin", "-p", "no:cacheprovider")
        return [*plugins, "--lossspec-ledger=ledger", *order]


@pytest.fixture
def suite(pytester, monkeypatch):
    """An empty suite of specs."""
    # The inner conftest replaces it in this process; set here first, it is restored afterwards.
    monkeypatch.setattr(binding, "load_backend", binding.load_backend)
    monkeypatch.setenv("PYTHONPATH", str(Path(lossspec.__file__).parents[1]))
    return Suite(pytester)


@pytest.fixture
def run():
    """The command, run in this process."""
    return lambda *arguments: CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture
def machine(tmp_path, monkeypatch, shipped):
    """A machine in the place of uv and of the subjects' environments; caches lie in the folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    machine = Machine()
    for user in ("commands.places", "targets.base_here"):
        monkeypatch.setattr(f"lossspec.{user}.uv_path", lambda: "uv")
        monkeypatch.setattr(f"lossspec.{user}.Processes", lambda: machine)
    for user in ("sweep", "bisect"):
        monkeypatch.setattr(f"lossspec.commands.{user}.load_ledger", lambda: shipped)
    # What is copied for a run has a test of its own, and takes longer than all else here.
    copying = "lossspec.targets.environments.observing.private_copy"
    monkeypatch.setattr(copying, lambda folder: folder.mkdir() or folder)
    return machine


@pytest.fixture
def trained(monkeypatch):
    """A made-up study in the place of training: the seeds asked for, and what is done to it."""
    asked = SimpleNamespace(seeds=None, change=bool)

    def replicate(recipe, seeds, *, backend, each_epoch):  # noqa: ARG001 # it trains nothing
        asked.seeds = tuple(seeds)
        for _ in range(recipe.epochs):
            each_epoch(len(seeds))
        result = study_of(recipe, seeds)
        asked.change(result)
        return result

    monkeypatch.setattr(replication, "replicate", replicate)
    versions = {"tensorflow": "2.21.0", "keras": "3.15.1"}
    monkeypatch.setattr(loading, "load_backend", lambda _: SimpleNamespace(versions=versions))
    return asked


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home of a user who has set nothing."""
    for name in (*settings.FOREIGN, "TF_XLA_FLAGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    (tmp_path / "home" / ".keras").mkdir(parents=True)
    return tmp_path / "home"
