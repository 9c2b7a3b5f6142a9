"""A series on disk, finished or not, opened lazily."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.data.volumes import open_volume, read_markers
from alkanode.foundation.errors import SchemaError
from alkanode.tomography.series.failures import Failure
from alkanode.tomography.series.kept_records import open_record
from alkanode.tomography.series.manifest import read_manifest
from alkanode.tomography.series.plan import pair_name
from alkanode.tomography.series.task import key_of


@dataclass(frozen=True, slots=True)
class SeriesResult:
    """A series on disk.

    Attributes
    ----------
    folder
        Where it stands.
    manifest
        Content of ``manifest.json``: configuration, versions, hashes of the scans, what is done.
    """

    folder: Path
    manifest: dict[str, Any]

    @property
    def finished(self) -> bool:
        """Whether everything asked for was made."""
        return bool(self.manifest["status"] == "finished")

    @property
    def scans(self) -> tuple[str, ...]:
        """Names of the scans, in the order of the plan."""
        return tuple(self.manifest["scans"])

    @property
    def reference(self) -> str:
        """Name of the scan that the others are laid upon."""
        return str(self.manifest["reference"])

    @property
    def pairs(self) -> tuple[str, ...]:
        """Names of the pairs compared, such as ``"scan-2_from_scan-0"``."""
        return tuple(pair_name(before, after) for before, after in self.manifest["pairs"])

    @property
    def tasks(self) -> dict[str, str]:
        """Task (``"volume/scan-1"``) -> ``"done"``, ``"failed"`` or ``"waiting"``."""
        return {key: str(task["state"]) for key, task in self.manifest["tasks"].items()}

    @property
    def failures(self) -> dict[str, Failure]:
        """Task or scan (``"scan/scan-3"``) -> why it was not made."""
        found = {
            f"scan/{name}": Failure(**_fields(scan["error"]))
            for name, scan in self.manifest["scans"].items()
            if "error" in scan
        }
        for key, task in self.manifest["tasks"].items():
            if task["error"] is not None:
                found[key] = Failure(**_fields(task["error"]))
        for key, reason in self.manifest["left_out"].items():
            found[key] = Failure(kind="waits", message=reason)
        return found

    @property
    def doubts(self) -> dict[str, list[str]]:
        """Task -> warnings that came up while it was made; ``"scan/scan-3"`` -> what sets a scan apart from the reference."""
        of_scans = {f"scan/{name}": list(scan.get("doubts", ())) for name, scan in self.manifest["scans"].items()}
        of_tasks = {key: list(task["doubts"]) for key, task in self.manifest["tasks"].items()}
        return {key: texts for key, texts in (of_scans | of_tasks).items() if texts}

    def has(self, step: str, subject: str) -> bool:
        """Whether a result is there and whole."""
        return self.tasks.get(key_of(step, subject)) == "done"

    def path(self, step: str, subject: str) -> Path:
        """Where a result stands.

        Raises
        ------
        SchemaError
            When the series has no such result; the ones of the step are named.
        """
        task = self.manifest["tasks"].get(key_of(step, subject))
        if task is None:
            known = [key for key in self.tasks if key.startswith(f"{step}/")]
            raise SchemaError(
                f"a result of the series is needed, as {key_of(step, subject)!r}",
                found=", ".join(known) if known else f"no step {step!r} in it",
                todo=f"Its steps: {', '.join(dict.fromkeys(key.partition('/')[0] for key in self.tasks))}",
            )
        return self.folder / str(task["path"])

    def open(self, step: str, subject: str, *, whole: bool = True) -> xr.Dataset:
        """Open one result.

        Parameters
        ----------
        step, subject
            For example ``"difference"`` and ``"scan-2_from_scan-0"``.
        whole
            Demand a whole volume; otherwise missing slices read as NaN.

        Returns
        -------
        Dataset
            Volumes lazily, records in memory.

        Raises
        ------
        SchemaError
            When the series has no such result.
        ReaderError
            When it is not there yet.
        """
        path = self.path(step, subject)
        if path.suffix == ".zarr":
            return open_volume(path, whole=whole)
        return open_record(path)

    def volume(self, scan: str, *, whole: bool = True) -> xr.Dataset:
        """Volume of a scan, laid upon the reference where that is done (kind ``volume``)."""
        step = "aligned" if key_of("aligned", scan) in self.tasks else "volume"
        return self.open(step, scan, whole=whole)

    def difference(self, pair: str, *, whole: bool = True) -> xr.Dataset:
        """Difference of a pair (kind ``difference``), lazily."""
        return self.open("difference", pair, whole=whole)

    def registration(self) -> xr.Dataset:
        """Motion of every scan that was registered (kind ``registration``), in the order of the plan."""
        return self._joined("registration")

    def contact(self) -> xr.Dataset:
        """Contact at the interface in every scan (kind ``interface_contact``)."""
        return self._joined("contact")

    def axes(self) -> xr.Dataset:
        """Detector column of the axis of every scan, with the interval of its methods.

        Returns
        -------
        Dataset
            ``axis_column`` (scan,) and ``axis_column_interval`` (scan, bound), in pixels; NaN where unknown.
        """
        found = self.collected("axis")
        names = [name for name in self.scans if name in found]
        told = {
            key: [float(found[name].attrs[f"consensus_{key}"]) for name in names]
            for key in ("column", "lower", "upper")
        }
        return xr.Dataset(
            {
                "axis_column": ("scan", told["column"]),
                "axis_column_interval": (("scan", "bound"), np.array([told["lower"], told["upper"]]).T),
            },
            coords={"scan": names, "bound": ["lower", "upper"]},
        )

    def _joined(self, step: str) -> xr.Dataset:
        """Records of a step with one scan each, as one record."""
        found = self.collected(step)
        names = [name for name in self.scans if name in found]
        if not names:
            raise SchemaError(f"the step {step!r} must have made something", found="no result of it")
        parts = [found[name].assign_coords(scan=[name]) for name in names]
        joined = xr.concat(parts, dim="scan", data_vars="minimal", coords="minimal", compat="override", join="override")
        return label(joined.assign_attrs(parts[0].attrs), str(parts[0].attrs["kind"]))

    def notes(self, step: str, subject: str) -> list[dict[str, Any]]:
        """What was noted with each block (counts of repaired pixels, options), in the order of its slices."""
        markers = read_markers(self.path(step, subject))
        return [{"start": one.start, "stop": one.stop, **one.attrs} for _, one in sorted(markers.items())]

    def collected(self, step: str) -> dict[str, xr.Dataset]:
        """All results of a step that are there, by subject."""
        subjects = [
            key.partition("/")[2] for key, state in self.tasks.items() if key.startswith(f"{step}/") and state == "done"
        ]
        return {subject: self.open(step, subject) for subject in subjects}


def open_series(folder: str | Path) -> SeriesResult:
    """Open a series, finished or not.

    Parameters
    ----------
    folder
        Where :func:`run_series` wrote it.

    Returns
    -------
    SeriesResult

    Raises
    ------
    ReaderError
        Where there is no series.
    """
    target = Path(folder)
    return SeriesResult(folder=target, manifest=read_manifest(target))


def _fields(error: dict[str, Any]) -> dict[str, str]:
    return {name: str(error[name]) for name in ("kind", "message", "detail")}
