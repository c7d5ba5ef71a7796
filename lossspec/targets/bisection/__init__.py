"""``lossspec bisect``: the subject with which a verdict changed."""
