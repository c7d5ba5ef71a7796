"""Evidence and exact statistics: what a spec measures, and what that decides."""
