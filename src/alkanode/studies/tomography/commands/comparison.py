"""Two volumes laid upon one another and subtracted, stage by stage, each kept on disk as soon as it is made."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr

from alkanode.data.schema import label
from alkanode.data.volumes import VolumeField, configuration_hash
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.foundation.runtime import NoProgress, Progress
from alkanode.studies.tomography.commands.kept import kept_record, kept_volume
from alkanode.tomography.differences import (
    change_map,
    difference_noise,
    difference_slab,
    noise_from_halves,
    null_from_scans,
    null_map,
)
from alkanode.tomography.differences.noise import spread_by_slice
from alkanode.tomography.registration import FixedMaterial, apply_registration, register
from alkanode.tomography.series.half_volumes import half_volumes

Box = tuple[tuple[int, int], tuple[int, int], tuple[int, int]]

_CHANGE: Mapping[str, VolumeField] = {"sign": VolumeField(dtype="int8"), "trusted": VolumeField(dtype="bool")}
_DIFFERENCE: Mapping[str, VolumeField] = {
    **{f"attenuation_{name}": VolumeField() for name in ("before", "after", "change")},
    "attenuation_noise": VolumeField(dims=("z",), dtype="float64"),
    "trusted": VolumeField(dtype="bool"),
}
OF_DIFFERENCE = "of_difference"
"""Attribute of a map of change: token of the difference that it was made of."""

_REACH = 5.0
"""Standard deviations of the smoothing that a block looks beyond itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonChoice:
    """How two volumes are compared.

    Attributes
    ----------
    fixed
        Attenuation (m-1) between which material counts as unchanging; whole volumes are laid upon one another when absent.
    erode
        Voxels taken off that material on all sides; negative adds, which takes its surface in.
    lie_alike
        The volumes lie upon one another already.
    smoothing
        Standard deviation of the Gaussian, voxels.
    unchanged
        Voxels (z, y, x) of the volume before where nothing changed; needed where the volumes hold no halves.
    null_slices
        Most slices of a map without change, about the middle.
    """

    fixed: tuple[float, float] | None = None
    erode: int = -2
    lie_alike: bool = False
    smoothing: float = 1.5
    unchanged: Box | None = None
    null_slices: int = 128


class Comparison:
    """The stages between two volumes and the map of change.

    Parameters
    ----------
    before, after
        Kind ``volume``, lazily.
    folder
        Where results are kept.
    choice
        How.
    token
        Hash of both volumes.
    progress
        Told after each block.
    """

    def __init__(
        self,
        before: xr.Dataset,
        after: xr.Dataset,
        folder: Path,
        choice: ComparisonChoice,
        *,
        token: str,
        progress: Progress | None = None,
    ) -> None:
        self.before = before
        self.folder = folder
        self.choice = choice
        self._moving = after
        self._token = token
        self._progress = progress or NoProgress()
        self._made: dict[str, xr.Dataset] = {}
        self.halves = all("half_difference" in one for one in (before, after)) and choice.unchanged is None
        if not self.halves and choice.unchanged is None:
            raise SchemaError(
                "a difference needs its noise: from halves of the projections, or from a place where nothing changed",
                found="volumes without halves, and no such place",
                todo="Reconstruct with --halves, or give --unchanged 'z0:z1,y0:y1,x0:x1' in voxels",
            )
        if choice.unchanged is not None:
            _check_box(choice.unchanged, before)

    def _key(self, stage: str, **more: Any) -> str:
        return configuration_hash({"stage": stage, "volumes": self._token, "choice": asdict(self.choice), **more})

    def registration(self) -> xr.Dataset | None:
        """Motion of the later volume; none where the volumes lie alike."""
        if self.choice.lie_alike:
            return None
        span = self.choice.fixed
        rule = None if span is None else FixedMaterial(lower=span[0], upper=span[1], erode=self.choice.erode)
        return self._record("registration", lambda: register(self._moving, self.before, mask=rule, scan="after"))

    def after(self) -> xr.Dataset:
        """The later volume on the voxels of the one before."""
        motion = self.registration()
        if motion is None:
            return self._moving
        names = ("attenuation", *(("half_difference",) if self.halves else ()))

        def rows(first: int, last: int) -> xr.Dataset:
            parts = {name: self._moved(name, motion, first, last) for name in names}
            return xr.Dataset(
                {name: (("z", "y", "x"), part.to_numpy()) for name, part in parts.items()},
                attrs={"noise_factor": float(parts["attenuation"].attrs.get("noise_factor", np.nan))},
            )

        fields = {name: VolumeField() for name in names}
        return self._volume("aligned", self.before, "volume", fields, rows)

    def _moved(self, name: str, motion: xr.Dataset, first: int, last: int) -> xr.DataArray:
        bare = self._moving[[name]].rename({name: "attenuation"})
        moved = apply_registration(
            label(bare.assign_attrs(kind="volume"), "volume"), motion, like=self.before, rows=slice(first, last)
        )
        return moved["attenuation"].assign_attrs(moved.attrs)

    def noise(self) -> xr.Dataset:
        """Noise of the difference, per slice."""
        return self._record("noise", self._noise)

    def _noise(self) -> xr.Dataset:
        after, smoothing = self.after(), self.choice.smoothing
        if self.halves:
            each = [noise_from_halves(*half_volumes(one), smoothing=smoothing) for one in (after, self.before)]
            return difference_noise(*each)
        assert self.choice.unchanged is not None
        (low, high), across, along = self.choice.unchanged
        made = self._rows(after, low, high, noise=1.0)
        values = made["attenuation_change"].isel(y=slice(*across), x=slice(*along)).to_numpy()
        spread, count = spread_by_slice(np.asarray(values, np.float32), None)
        if not np.isfinite(spread).any():
            raise PhysicsError("noise needs more voxels where nothing changed", found=f"{int(count.sum())} voxels")
        whole = np.full(self.before.sizes["z"], float(np.nanmedian(spread)))
        whole[low:high] = np.where(np.isfinite(spread), spread, whole[low:high])
        if high - low < whole.size:
            warnings.warn(
                f"noise is measured in slices {low} to {high}; the other {whole.size - (high - low)} take its median",
                DataQualityWarning,
                stacklevel=2,
            )
        noise = xr.Dataset({"attenuation_noise": ("z", whole)}, coords={"z": self.before["z"].to_numpy()})
        about = {
            "smoothing_voxels": smoothing,
            "noise_of": "difference",
            "noise_source": "spread of the difference where the user says nothing changed",
        }
        return label(noise.assign_attrs(about), "volume_noise")

    def _rows(self, after: xr.Dataset, first: int, last: int, *, noise: xr.Dataset | float) -> xr.Dataset:
        return difference_slab(
            after,
            self.before,
            first,
            last,
            smoothing=self.choice.smoothing,
            noise=noise,
            displacement_error=self._displacement_error(),
        )

    def _displacement_error(self) -> float:
        """What the registration states, m; 0 where it states nothing or was not needed."""
        motion = self.registration()
        if motion is None or "displacement_error" not in motion:
            return 0.0
        error = float(motion["displacement_error"].to_numpy()[0])
        return error if math.isfinite(error) else 0.0

    def difference(self) -> xr.Dataset:
        """After less before."""
        after, noise = self.after(), self.noise()
        return self._volume(
            "difference",
            self.before,
            "difference",
            _DIFFERENCE,
            lambda first, last: self._rows(after, first, last, noise=noise),
        )

    def nulls(self) -> list[xr.Dataset]:
        """Maps without change."""
        if not self.halves:
            assert self.choice.unchanged is not None
            z, y, x = (slice(*ends) for ends in self.choice.unchanged)
            cut = self.difference().isel(z=z, y=y, x=x)
            return [
                null_from_scans(cut, "noise, rings and misalignment of two scans where the user says nothing changed")
            ]
        return [self._null("sum"), self._null("difference")]

    def _null(self, combine: Literal["sum", "difference"]) -> xr.Dataset:
        after = self.after()
        count = self.before.sizes["z"]
        first = max(0, (count - self.choice.null_slices) // 2)
        sampled = self.before.isel(z=slice(first, min(count, first + self.choice.null_slices)))
        halo = math.ceil(_REACH * self.choice.smoothing)

        def rows(start: int, stop: int) -> xr.Dataset:
            low, high = max(first + start - halo, 0), min(first + stop + halo, count)
            halves = [half_volumes(one.isel(z=slice(low, high))) for one in (after, self.before)]
            made = null_map(halves[0], halves[1], smoothing=self.choice.smoothing, combine=combine)
            return made.isel(z=slice(first + start - low, first + stop - low))

        return self._volume(f"null_{combine}", sampled, "difference", _DIFFERENCE, rows)

    def changes(self, threshold: xr.Dataset | float) -> xr.Dataset:
        """Voxels that changed beyond a threshold."""
        difference = self.difference()
        return self._volume(
            "changes",
            difference,
            "change_map",
            _CHANGE,
            lambda first, last: change_map(difference.isel(z=slice(first, last)), threshold).assign_attrs(
                {OF_DIFFERENCE: difference.attrs["token"]}
            ),
            threshold=threshold.drop_attrs() if isinstance(threshold, xr.Dataset) else threshold,
            chosen=threshold.attrs.get("chosen_threshold") if isinstance(threshold, xr.Dataset) else threshold,
        )

    def _record(self, name: str, make: Callable[[], xr.Dataset]) -> xr.Dataset:
        if name not in self._made:
            self._progress.update(0, 1, name)
            self._made[name] = kept_record(self.folder / f"{name}.h5", self._key(name), make)
            self._progress.update(1, 1, name)
        return self._made[name]

    def _volume(
        self,
        name: str,
        like: xr.Dataset,
        kind: str,
        fields: Mapping[str, VolumeField],
        rows: Callable[[int, int], xr.Dataset],
        **more: Any,
    ) -> xr.Dataset:
        if name not in self._made:
            path, token = self.folder / f"{name}.zarr", self._key(name, **more)
            self._made[name] = kept_volume(path, token, like, kind, fields, rows, progress=self._progress)
        return self._made[name]


def _check_box(box: Box, volume: xr.Dataset) -> None:
    for dim, (first, last) in zip("zyx", box, strict=True):
        if not 0 <= first < last <= volume.sizes[dim]:
            raise PhysicsError(
                f"a place without change lies in the volume, {dim} from 0 to {volume.sizes[dim]}",
                found=f"{first}:{last}",
            )
