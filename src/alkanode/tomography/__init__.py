"""Tomography: from projections to attenuation gained and lost, grains and depth profiles."""

__all__: list[str] = []
