"""Gibbs energies, chemical potentials and curvatures of the phases, vectorised."""
