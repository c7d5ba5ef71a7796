"""``lossspec bisect``: since which release a claim has another verdict, or a loss other bits."""
