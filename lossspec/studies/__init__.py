"""Studies: drawn, in figures, and checked beforehand."""
