"""Equilibrium states of an alloy of two or three metals, along rays on which one metal is added or taken away."""
