"""Whether a spectrum is an impedance: order, signs, drift, Kramers-Kronig relations."""
