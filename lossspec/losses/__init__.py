"""Losses: their values and slopes in float64, inputs, tolerances, fingerprints."""
