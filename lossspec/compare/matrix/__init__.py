"""The verdicts of many records: claims by subjects."""
