"""Volumes on disk: zarr v3, written block by block, opened lazily, with a marker for every block that is done."""

from alkanode.data.volumes.configuration import canonical, configuration_hash
from alkanode.data.volumes.layout import VolumeField, VolumeLayout, row_blocks
from alkanode.data.volumes.markers import Marker, marker_folder, read_markers, write_marker, write_text_atomically
from alkanode.data.volumes.opening import forget_damaged, open_volume, volume_blocks_done
from alkanode.data.volumes.writing import create_volume, remove_volume, save_volume, write_block

__all__ = [
    "Marker",
    "VolumeField",
    "VolumeLayout",
    "canonical",
    "configuration_hash",
    "create_volume",
    "forget_damaged",
    "marker_folder",
    "open_volume",
    "read_markers",
    "remove_volume",
    "row_blocks",
    "save_volume",
    "volume_blocks_done",
    "write_block",
    "write_marker",
    "write_text_atomically",
]
