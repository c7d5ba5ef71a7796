"""``lossspec sweep``: the records of many subjects, each run in an environment of its own."""
