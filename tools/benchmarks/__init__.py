"""Benchmarks started by hand: replication beside its peers, verdicts over other seeds."""
