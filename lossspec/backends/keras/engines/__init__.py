"""What Keras computes with: TensorFlow, JAX, and others of Keras 3."""
