"""Claims as data, and the four verdicts."""
