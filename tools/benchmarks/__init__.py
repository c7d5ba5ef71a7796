"""How fast `lossspec.experiments.replication` is, beside its peers: ``python -m tools.benchmarks.peers --help``."""
