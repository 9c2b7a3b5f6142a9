"""Volumes for other programs: OME-Zarr (napari, Fiji) and TIFF (Fiji, AVIZO, Dragonfly)."""

from alkanode.io.volumes.write_ome_zarr import write_ome_zarr
from alkanode.io.volumes.write_tiff import write_tiff

__all__ = ["write_ome_zarr", "write_tiff"]
