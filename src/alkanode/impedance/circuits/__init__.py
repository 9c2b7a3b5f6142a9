"""Equivalent circuits: grammar, elements with derivatives, fits of many spectra at once."""
