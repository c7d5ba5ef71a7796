"""The documented training experiments, and many runs of each."""
