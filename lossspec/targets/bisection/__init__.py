"""``lossspec bisect``: the release that changed a verdict."""
