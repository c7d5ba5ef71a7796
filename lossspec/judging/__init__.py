"""What specs measure, and the statistics that judge it."""
