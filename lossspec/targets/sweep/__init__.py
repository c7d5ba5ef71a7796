"""``lossspec sweep``: the records of many subjects."""
