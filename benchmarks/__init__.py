"""Measures the pair beside the Singer SDK's own path: `make bench`."""
