"""Distributions of relaxation times and their peaks."""
