"""The documented training experiments, run many times."""
