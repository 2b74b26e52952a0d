"""Mutated inputs for the readers."""
