"""Equilibria of three elements."""
