"""Loads lossspec's own plugin for the specification in ``tests/specification``."""

pytest_plugins = ("lossspec.plugin", "pytester")
