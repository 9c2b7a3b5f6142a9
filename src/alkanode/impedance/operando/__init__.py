"""Series of spectra along a run: maps, joint inversion, tracked peaks."""
