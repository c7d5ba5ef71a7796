"""Studies: as records hold them, drawn, in figures, and what training one takes."""
