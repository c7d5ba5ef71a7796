"""JAX and optax, for somebody's own loss."""
