"""optax, the losses of JAX."""
