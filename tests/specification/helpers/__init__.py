"""What several files of specs share: inputs, bounds, networks, samples."""
