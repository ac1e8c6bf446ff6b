"""The running service: leadership, workers and the loop around them."""
