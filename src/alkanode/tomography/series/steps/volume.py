"""Step: the volume of each scan as it stood on the stage, block by block from the raw frames.

Beside the attenuation a volume may hold half of what odd less even projections give. It shows the noise of each voxel and
nothing of the object, and it costs one more reconstruction of half the angles, while the corrections, which cost more, are
done once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.volumes import VolumeField, VolumeLayout
from alkanode.foundation.errors import PhysicsError
from alkanode.tomography.series.draft import Draft
from alkanode.tomography.series.task import Rows, Task, Workplace


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconstructScans:
    """Reconstruct each scan as it stood on the stage.

    Attributes
    ----------
    halves
        Also keep half of what odd less even projections give, for noise and for maps without change.
    """

    halves: bool = True
    name: ClassVar[str] = "volume"

    def draft(self, draft: Draft) -> None:
        """One volume per scan."""
        for scan in draft.scans:
            if not draft.ready(self.name, scan, [("axis", scan)]):
                continue
            draft.add(
                self.name,
                scan,
                f"scans/{scan}/volume.zarr",
                work=partial(volume_block, halves=self.halves),
                layout=partial(volume_layout, halves=self.halves),
                configuration={**reconstruction_configuration(draft, scan), "halves": self.halves},
                needs=[("axis", scan)],
                scans=(scan,),
                expected_blocks=draft.blocks_of(scan),
                weight=1.3 if self.halves else 1.0,
            )


def reconstruction_configuration(draft: Draft, scan: str) -> dict[str, Any]:
    """All that the numbers of a reconstruction depend on, beside the scan and its axis."""
    plan = draft.plan
    return {
        "rows": draft.rows_of(scan),
        "corrections": plan.corrections,
        "reconstruction": plan.reconstruction,
        "line_integrals": plan.line_integrals,
        "reconstruct": plan.reconstruct,
    }


def volume_layout(place: Workplace, task: Task, *, halves: bool) -> VolumeLayout:
    """Shape of the volume of a scan."""
    return layout_of_scan(place, task.subject, halves=halves)


def layout_of_scan(place: Workplace, name: str, *, halves: bool) -> VolumeLayout:
    """Shape of a volume on the voxels of a scan: its rows, and the grid of the reconstruction options."""
    scan = place.scan(name)
    first, last = rows_of_scan(place, scan)
    pixel = float(scan["pixel_size"])
    y, x = grid_pixels(place.plan.reconstruction, int(scan.sizes["column"]))
    fixed: Mapping[str, Any] = {
        key: ((), float(scan[key])) for key in ("photon_energy",) if key in scan.variables and np.isfinite(scan[key])
    }
    z = detector_rows(scan)[first:last] * pixel
    return VolumeLayout(
        kind="volume",
        fields={name: VolumeField() for name in ("attenuation", *(("half_difference",) if halves else ()))},
        static=xr.Dataset(fixed, coords={"z": z, "y": y * pixel, "x": x * pixel}),
        block_rows=place.plan.block_rows,
        tile=place.plan.tile,
        attrs={"scan": name},
    )


def detector_rows(scan: xr.Dataset) -> npt.NDArray[np.float64]:
    """Numbers of the rows of a scan, which count from 0 unless the record says otherwise."""
    numbers = scan["row"].to_numpy() if "row" in scan.coords else np.arange(scan.sizes["row"])
    return np.asarray(numbers, dtype=np.float64)


def rows_of_scan(place: Workplace, scan: xr.Dataset) -> Rows:
    """Detector rows of a volume."""
    rows = int(scan.sizes["row"])
    first, last = place.plan.rows or (0, rows)
    return min(first, rows), min(last, rows)


def grid_pixels(reconstruction: Any, columns: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Coordinates y and x of the voxels, in pixels from the axis, by the grid of the options or the detector."""
    grid = getattr(reconstruction, "grid", None)
    if grid is not None:
        y, x = grid.pixels(columns)
        return np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    middle = np.arange(columns, dtype=np.float64) - 0.5 * (columns - 1)
    return middle, middle


def volume_block(place: Workplace, task: Task, rows: Rows, *, halves: bool) -> xr.Dataset:
    """Slices ``rows`` of the volume of a scan."""
    scan = place.scan(task.subject)
    first, _ = rows_of_scan(place, scan)
    record = place.plan.line_integrals(scan, (first + rows[0], first + rows[1]), place.plan.corrections)
    column = consensus_column(place, task.subject)
    return reconstructed(place, record, column, place.plan.reconstruction, halves=halves)


def reconstructed(
    place: Workplace, record: xr.Dataset, axis_column: float, reconstruction: Any, *, halves: bool
) -> xr.Dataset:
    """Slices of some line integrals, with half of what odd less even projections give.

    A reconstruction is linear: that of all views is the mean of those of odd and of even ones, so that half of their
    difference is what the odd ones give more than all.
    """
    volume = place.plan.reconstruct(record, axis_column, reconstruction)
    block = volume[["attenuation"]].assign_attrs({**prefixed(record.attrs), **volume.attrs})
    if halves:
        odd = place.plan.reconstruct(record.isel(angle=slice(0, None, 2)), axis_column, reconstruction)
        half = odd["attenuation"].to_numpy()
        half -= block["attenuation"].to_numpy()
        block["half_difference"] = (("z", "y", "x"), half)
    return block


def prefixed(attrs: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of line integrals (counts of what was repaired) under names of their own."""
    return {f"line_integrals_{name}": value for name, value in attrs.items() if name not in ("kind", "schema_version")}


def consensus_column(place: Workplace, scan: str) -> float:
    """Detector column of the axis of a scan, as found or given.

    Raises
    ------
    PhysicsError
        Where the methods came to no consensus.
    """
    record = place.result("axis", scan)
    column = float(record.attrs["consensus_column"])
    if not np.isfinite(column):
        raise PhysicsError(
            f"the reconstruction of {scan!r} needs its rotation axis",
            found=str(record.attrs.get("consensus_label", "no consensus")),
            todo=f"Look at the curves of the methods and give the column: FindAxis(columns={{{scan!r}: ...}})",
        )
    return column
