"""Errors, files, console: what every room needs."""
