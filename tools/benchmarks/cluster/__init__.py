"""What a cluster of plain processes does: with workers killed, and under load."""
