"""X-ray attenuation of materials, from two tables."""
