"""Loads lossspec's own plugin for the specification in ``tests/spec``."""

pytest_plugins = ("lossspec.plugin", "pytester")
