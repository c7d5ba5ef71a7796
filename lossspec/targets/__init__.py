"""Subjects by name: their environments, sweeps, bisections."""
