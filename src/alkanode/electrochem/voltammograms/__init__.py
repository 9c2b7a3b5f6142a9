"""Cyclic voltammetry: sweeps, resistance, stripping peak, series of scan rates."""
