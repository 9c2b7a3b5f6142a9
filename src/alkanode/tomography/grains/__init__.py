"""Grains of change: sizes, depth, interface, cracks."""
