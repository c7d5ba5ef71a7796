"""The command, run in this process by whichever click is installed."""

from __future__ import annotations

import inspect

from click import testing


class CliRunner(testing.CliRunner):
    """Click's own, with standard error apart, as click has it by itself from 8.2 on."""

    def __init__(self, **settings):
        apart = (
            {"mix_stderr": False}
            if "mix_stderr" in inspect.signature(testing.CliRunner).parameters
            else {}
        )
        super().__init__(**settings, **apart)
