"""Staircases of currents with rests: steady voltage, resistance, relaxation, critical currents of one direction."""
