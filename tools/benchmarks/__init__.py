"""Measured by hand: replication beside its peers, verdicts over other seeds, steps beside plain operations."""
