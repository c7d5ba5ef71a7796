"""Studies for anyone: the commands ``lossspec recipes`` and ``lossspec replicate``, and what they print and draw."""
