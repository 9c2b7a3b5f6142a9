"""Errors, units, vocabulary, sources: what every other part stands on."""
