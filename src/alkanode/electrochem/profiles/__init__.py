"""Shape of the half cycles of a symmetric cell: spike, plateaus, ramp."""
