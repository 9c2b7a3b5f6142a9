"""From line integrals to slices."""
