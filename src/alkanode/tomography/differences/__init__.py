"""What changed between two scans, beside the noise."""
