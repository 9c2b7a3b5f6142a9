"""Equilibria of two elements: topology, tie lines, invariants, phase diagrams."""
