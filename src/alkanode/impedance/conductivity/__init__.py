"""Conductivity of electrolytes between blocking electrodes, and its activation energy."""
