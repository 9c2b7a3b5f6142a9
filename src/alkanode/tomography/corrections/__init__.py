"""From counts to line integrals: flat field, zingers, stripes, phase."""
