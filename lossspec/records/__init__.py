"""Records: JSON files of what a run found."""
