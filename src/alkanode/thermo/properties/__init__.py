"""Properties of liquid alloys that need their activities: surface tension, thermodynamic factor, chemical diffusion."""
