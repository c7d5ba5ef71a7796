"""TensorFlow's Keras: the only door to it."""
