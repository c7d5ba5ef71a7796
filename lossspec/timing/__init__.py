"""How long a training step takes with each loss: the record's ``timings``."""
