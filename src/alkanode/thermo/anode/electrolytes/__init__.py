"""Electrolytes as the thermodynamics of an anode sees them: standard potentials and solubility products, with origin."""
