"""Assessments of Li-Na-K as data: coefficients, sources, observations; fitting them; writing them for other programs."""
