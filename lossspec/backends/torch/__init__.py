"""PyTorch, for somebody's own loss."""
