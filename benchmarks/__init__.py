"""How fast `lossspec.replication` is, beside its peers: ``python -m benchmarks.peers --help``."""
