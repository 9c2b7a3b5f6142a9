"""Grains of change, their depth, and what only moved, as a part."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import xarray as xr

from alkanode.data.volumes import open_volume
from alkanode.foundation.errors import AlkanodeError, ReaderError, SchemaError
from alkanode.foundation.runtime import Progress
from alkanode.foundation.units import to_si
from alkanode.plot import Figure
from alkanode.plot.tomography import depth_profile as describe_profile
from alkanode.studies.part import Part, Table
from alkanode.studies.tomography.commands.comparison import OF_DIFFERENCE
from alkanode.studies.wording import number, shown
from alkanode.tomography.grains import depth_profile, dipole_test, grain_estimates, interface_plane, label_grains
from alkanode.tomography.series import open_series

_MOST = 12
_COLUMNS = (
    ("sign", "gained (1) or lost (-1)", 1.0),
    ("grain_volume", "volume / um3", 1e18),
    ("equivalent_diameter", "equivalent diameter / um", 1e6),
    ("attenuation_change", "mean change / cm-1", 1e-2),
    ("touches_border", "cut off by the border", 1.0),
    ("displaced", "displaced", 1.0),
    ("fringe", "fringe", 1.0),
    ("dipole_score", "explained by a displacement", 1.0),
    ("fringe_score", "explained by a fringe", 1.0),
)


def grains_part(
    text: str,
    folder: Path,
    *,
    interface: str | None = None,
    find_interface: bool = True,
    electrolyte_attenuation: float | None = None,
    anode_side: int = 1,
    dipoles: bool = True,
    smallest: int | None = None,
    progress: Progress | None = None,
) -> Part:
    """Find the grains of a difference and sum them up.

    Parameters
    ----------
    text
        Folder of ``difference``, or ``FOLDER#PAIR`` of a series.
    folder
        Where ``tables/grains.csv``, one line per grain, is written.
    interface
        Height z of a flat interface, from which depth is counted.
    find_interface
        Look for the plane of the electrolyte in the volume before, where no height is given.
    electrolyte_attenuation
        m-1, for that search; read off the volume when absent.
    anode_side
        1 where the anode lies at larger z, -1 at smaller; for a height that is given.
    dipoles
        Test each grain for being something that moved, or a fringe.
    smallest
        Voxels of the smallest grain; that of the threshold when absent.
    progress
        Told after each grain that is tested.

    Returns
    -------
    Part
        Grains, depth profile, estimates; ``missing`` says which of these could not be made.

    Raises
    ------
    AlkanodeError
        Where there is no map of change.
    """
    difference, changes = open_comparison(text)
    missing: dict[str, str] = {}
    grains = label_grains(changes, difference=difference, smallest=smallest)
    if dipoles and grains.sizes["grain"]:
        try:
            grains = dipole_test(difference, grains, changes, progress=progress)
        except AlkanodeError as reason:
            missing["the test for displacements"] = str(reason)
    records: dict[str, xr.Dataset] = {}
    plane: xr.Dataset | float | None = None
    if interface is not None:
        plane = to_si(interface, "z")
    elif find_interface:
        try:
            volume = difference[["attenuation_before"]].rename(attenuation_before="attenuation")
            plane = interface_plane(volume.assign_attrs(kind="volume"), electrolyte_attenuation=electrolyte_attenuation)
            records["interface_plane"] = plane
        except AlkanodeError as reason:
            missing["the interface"] = f"{reason} Depth is z itself; give --interface '120 um', or --no-interface."
    figures: dict[str, Figure] = {}
    tables = {"largest_grains": _largest(grains)} if grains.sizes["grain"] else {}
    profile = depth_profile(grains, interface=plane, anode_side=-1 if anode_side < 0 else 1, difference=difference)
    records |= {"grains": grains, "depth_profile": profile}
    figures["depth_profile"] = describe_profile(profile)
    written = write_grains(grains, folder / "tables" / "grains.csv")
    return Part(
        name="grains",
        title="Grains of change",
        estimates=grain_estimates(grains),
        details={
            "of": text,
            "grains": int(grains.sizes["grain"]),
            "gained": int((grains["sign"] > 0).sum()),
            "lost": int((grains["sign"] < 0).sum()),
            "cut_off_by_the_border": int(grains["touches_border"].sum()),
            "table": written.relative_to(folder).as_posix(),
            "depth_from": _depth_from(plane),
            "dipole_test": grains.attrs.get("dipole_test", ""),
        },
        records=records,
        figures=figures,
        tables=tables,
        findings=_findings(grains, plane),
        missing=missing,
    )


def open_comparison(text: str) -> tuple[xr.Dataset, xr.Dataset]:
    """Difference and map of change, lazily.

    Raises
    ------
    ReaderError
        Where there is none, or the map was not made since the threshold could not be set.
    SchemaError
        For a series without the name of a pair.
    """
    place, _, pair = text.partition("#")
    folder = Path(place)
    if (folder / "manifest.json").is_file():
        result = open_series(folder)
        if pair not in result.pairs:
            raise SchemaError(
                "grains are those of one pair of a series",
                found=repr(pair) if pair else f"{len(result.pairs)} pairs",
                todo=f"Its pairs: {', '.join(f'{place}#{name}' for name in result.pairs) or 'none'}",
            )
        return result.open("difference", pair), result.open("changes", pair)
    paths = [folder / f"{name}.zarr" for name in ("difference", "changes")]
    absent = [path.name for path in paths if not path.exists()]
    if absent:
        raise ReaderError(
            "grains need the folder of a difference with its map of change",
            found=f"no {' and no '.join(absent)} in {folder}",
            todo="Run: alkanode tomography difference BEFORE AFTER -o FOLDER",
        )
    difference, changes = (open_volume(path) for path in paths)
    if changes.attrs.get(OF_DIFFERENCE) != difference.attrs["token"]:
        raise ReaderError(
            "grains need the map of change of their difference",
            found=f"changes.zarr of an earlier difference in {folder}",
            todo="Run alkanode tomography difference again with the same folder",
        )
    return difference, changes


def write_grains(grains: xr.Dataset, path: Path) -> Path:
    """Write one line per grain, with units in the head."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = [(name, head, factor) for name, head, factor in _COLUMNS if name in grains]
    centroids = 1e6 * grains["centroid"].to_numpy()
    columns = [np.asarray(grains[name].to_numpy(), dtype=float) * factor for name, _, factor in known]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["grain", "z / um", "y / um", "x / um", *(head for _, head, _ in known)])
        for place in range(grains.sizes["grain"]):
            cells = [f"{value:.6g}" for value in (*centroids[place], *(column[place] for column in columns))]
            writer.writerow([place, *cells])
    return path


def _counted(grains: xr.Dataset) -> np.ndarray:
    """Grains that are no displacement and no fringe."""
    counted = np.ones(grains.sizes["grain"], dtype=bool)
    for name in ("displaced", "fringe"):
        if name in grains:
            counted &= ~grains[name].to_numpy().astype(bool)
    return counted


def _largest(grains: xr.Dataset) -> Table:
    volumes = grains["grain_volume"].to_numpy()
    counted = _counted(grains)
    rows = []
    for place in np.argsort(volumes)[::-1][:_MOST]:
        one = grains.isel(grain=int(place))
        z, y, x = (number(1e6 * float(value), 3) for value in one["centroid"].to_numpy())
        rows.append(
            (
                "gained" if int(one["sign"]) > 0 else "lost",
                shown(float(one["grain_volume"]), "grain_volume", 3),
                shown(float(one["equivalent_diameter"]), "equivalent_diameter", 3),
                shown(float(one["attenuation_change"]), "attenuation_change", 3),
                f"{z}, {y}, {x}",
                "yes" if counted[place] else "no: moved or a fringe",
            )
        )
    return Table(
        title=f"Largest of {grains.sizes['grain']} grains",
        columns=("attenuation", "volume", "diameter", "mean change", "z, y, x / um", "counts"),
        rows=tuple(rows),
    )


def _depth_from(plane: xr.Dataset | float | None) -> str:
    if plane is None:
        return "z = 0"
    return f"a flat interface at {shown(plane, 'z')}" if isinstance(plane, float) else "the plane of the electrolyte"


def _findings(grains: xr.Dataset, plane: xr.Dataset | float | None) -> tuple[str, ...]:
    counted = _counted(grains)
    signs = grains["sign"].to_numpy()
    gained, lost = int((signs[counted] > 0).sum()), int((signs[counted] < 0).sum())
    told = [
        f"{gained} grains gained attenuation and {lost} lost it; depth is counted from {_depth_from(plane)}. [measured]"
    ]
    if "displaced" in grains:
        moved, fringes = (int(grains[name].sum()) for name in ("displaced", "fringe"))
        told.append(f"{moved} grains are something that moved and {fringes} are fringes; they are left out. [measured]")
    return tuple(told)
