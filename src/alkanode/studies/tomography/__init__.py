"""Operando tomography in a study: settings, plan, and what a series of scans shows."""
