"""Libraries that compute losses, each behind an adapter."""
