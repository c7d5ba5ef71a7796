"""How long training steps take: a record's ``timings``."""
