"""A cell of a hundred micrometres in a tomograph, small enough to go through the whole chain in seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from alkanode.io import write_nxtomo
from alkanode.virtual.tomograph import Body, Detector, Tomograph, cylinder, scan_object, slab, sphere

ROWS, COLUMNS, ANGLES = 40, 64, 100
PIXEL = 2.6e-6
ELECTROLYTE, ANODE, CARBON, SODIUM = 1000.0, 65.0, 35.0, 32.0
FACE = 14
"""Row at which the electrolyte ends and the anode begins."""

CELL_FILE = """\
name: small cell
anode: {material: NaK50, role: working, mass: 0.01 mg}
counter: Na
electrolyte: {material: NASICON, ion: Na+, thickness: 1 mm, conductivity: 5 mS cm-1}
area: 0.0012 cm2
temperature: 25 degC
"""

AXIS_COLUMN = 0.5 * (COLUMNS - 1)


def bodies(change: int = 0) -> list[Body]:
    """The cell; with each ``change`` one more ball of sodium in place of alloy."""
    p = PIXEL
    # a flattened disc fills most of the view, and shows its rotation about the axis
    flat = slab((0, 0, 0), 55 * p, normal=(0, 1, 0))
    whole = cylinder((0.5 * ROWS * p, 0, 0), (1, 0, 0), 30 * p, (ROWS + 8) * p, ANODE, material="NaK50").cut(flat)
    pellet = cylinder(((FACE - 20) * p, 0, 0), (1, 0, 0), 30 * p, 40 * p, ELECTROLYTE - ANODE, material="NASICON").cut(
        flat
    )
    inclusions = [
        sphere((z * p, y * p, x * p), 2.2 * p, 600.0, material="dense")
        for z, y, x in ((4, 8, 3), (7, -9, 10), (9, 4, -14), (5, -13, -6), (10, 14, 9), (3, -2, -3))
    ]
    fibres = [
        cylinder((z * p, y * p, 0), (0, 0.3, 1), 1.6 * p, 36 * p, CARBON - ANODE, material="C")
        for z, y in ((20, -8), (27, 9), (34, -3))
    ]
    balls = [
        sphere((z * p, y * p, x * p), 3.2 * p, SODIUM - ANODE, material="Na")
        for z, y, x in ((23, 6, 12), (30, -12, -8), (24, 12, -12), (32, 6, 12))[:change]
    ]
    return [whole, pellet, *inclusions, *fibres, *balls]


def small_scan(change: int = 0, *, seed: int | None = None, **options: Any) -> xr.Dataset:
    """A scan of the cell; options of :class:`Tomograph`, and ``shift``, ``rotation``."""
    motion = {name: options.pop(name) for name in ("shift", "rotation") if name in options}
    settings: dict[str, Any] = {
        "rows": ROWS,
        "columns": COLUMNS,
        "angles": ANGLES,
        "pixel_size": PIXEL,
        "flats_before": 5,
        "flats_after": 5,
        "darks": 5,
        # many photons for few counts: a hundred views then are as quiet as three thousand
        "detector": Detector(photons=2e6, gain=0.01),
    }
    return scan_object(
        bodies(change),
        Tomograph(**{**settings, **options}),
        seed=100 + change if seed is None else seed,
        detector_seed=7,
        **motion,
    )


def write_cell(folder: Path, scans: int = 3) -> list[Path]:
    """Files ``scan_1.nxs`` and so on, and ``cell.yaml``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cell.yaml").write_text(CELL_FILE, encoding="utf-8")
    shifts = ((0, 0, 0), (0.0, 0.4, -0.7), (0.3, -0.5, 0.2))
    return [
        write_nxtomo(small_scan(k, shift=np.array(shifts[k % 3]) * PIXEL), folder / f"scan_{k + 1}.nxs")
        for k in range(scans)
    ]


def write_study(folder: Path, scans: list[str], **options: Any) -> Path:
    """A study of nothing but the scans."""
    import yaml

    block = {
        "scans": scans,
        "stripes": "none",
        "false_grains": 100.0,
        "fixed": {"lower": "5 cm-1", "upper": "20 cm-1", "erode": 0},
        "axis_columns": {Path(name).stem: AXIS_COLUMN for name in scans},
        **options,
    }
    others = dict.fromkeys(
        ("phases", "stripping", "failures", "cycling", "impedance", "profile", "staircase", "cv", "ccd", "full_cell")
    )
    study = {"title": "A small cell", "cell": "cell.yaml", "analyses": {**others, "tomography": block}}
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    return path
