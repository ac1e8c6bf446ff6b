"""Measurements of the pair, each printed by a target of make."""
