"""Claims, as data: read, validated, and the four verdicts."""
