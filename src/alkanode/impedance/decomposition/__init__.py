"""Peaks of a series as a sum of arcs: resistance, relaxation time and width of every process, with errors."""
