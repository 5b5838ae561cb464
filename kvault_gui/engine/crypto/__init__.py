"""Algorithms and their registry. Pure functions, no I/O."""
