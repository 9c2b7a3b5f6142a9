"""Potentials of the metals of an alloy, each against its own pure metal and together in an electrolyte."""
