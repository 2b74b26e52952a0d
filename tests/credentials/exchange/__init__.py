"""Pathways of other platforms."""
