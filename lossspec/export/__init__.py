"""What lossspec knows, as data for others: verdicts by version, and test vectors."""
