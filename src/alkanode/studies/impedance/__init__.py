"""Impedance in a study: validity, distributions of relaxation times, maps."""
