"""Whether the specification catches what it is for: faults put into Keras one at a time."""
