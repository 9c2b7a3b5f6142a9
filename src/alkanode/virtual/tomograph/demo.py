"""The virtual experiment of ``alkanode tomography demo``: five scans, a potentiostat file, a cell and a study.

The cell is a miniature of the default one, so that it fits into a small view with air beside it, and the whole chain, from
frames to report, takes minutes on two cores. Everything else is as in
:func:`alkanode.virtual.tomograph.operando_series`: the pixel, the dose, and all faults of a beamline.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from alkanode.foundation.runtime import Progress
from alkanode.virtual.tomograph.known_numbers import true_numbers
from alkanode.virtual.tomograph.operando import (
    OperandoCell,
    OperandoSeries,
    default_tomograph,
    operando_series,
    write_series,
)

ROWS, COLUMNS = 140, 300
"""Pixels of the view: the electrolyte's top 50 um, the anode, and the open top of its tube."""

SMALLEST = 5e-6
"""m, equivalent diameter and thickness of the smallest change that the study is asked to find."""

WORKERS = 2
"""Scans taken and blocks worked on at the same time."""

CLOCK_ERROR = 1.0
"""s, which the study states as the standard error of the clocks' offset."""

_OTHER_PARTS = (
    "phases", "stripping", "failures", "cycling", "impedance", "profile", "staircase", "cv", "ccd", "full_cell"
)  # fmt: skip

_SUMMARY = (
    "A simulated cell with a known answer: Na is stripped from NaK50 on carbon cloth against NASICON and plated back. Five "
    "scans of the run, and one more of the pristine cell, were written as NXtomo files, with the noise, drifting flats, rings, zingers, fringes and motion of a beamline, "
    "and analysed like measured ones; the last section compares what was recovered with the truth. Volumes gained and lost "
    "are compared with all true grains, voids and islands of at least 5 um; fibres that moved and films that got thinner by "
    "less than a pixel are no grains."
)


def demo_cell() -> OperandoCell:
    """The cell of the demonstration: a bore of 300 um and six layers of cloth, scanned twice before any charge.

    Two scans of the pristine cell are the honest map without change: rings, flats, fringes and errors of registration
    are in their difference, and nothing else.
    """
    return OperandoCell(
        inner_radius=150e-6,
        wall=20e-6,
        layers=6,
        stripped_shares=(0.0, 0.0, 0.5, 1.0, 0.5, 0.0),
        precipitated=(0.0, 0.0, 0.0, 1.0, 1.0, 0.7),
    )


def demo_series(seed: int) -> OperandoSeries:
    """The series of the demonstration, with its truth."""
    return operando_series(demo_cell(), default_tomograph(rows=ROWS, columns=COLUMNS), seed=seed)


def write_tomography_demo(folder: str | Path, *, seed: int = 1, progress: Progress | None = None) -> Path:
    """Write the virtual experiment.

    Parameters
    ----------
    folder
        Where to write ``scan_1.nxs`` to ``scan_6.nxs``, ``potentiostat.mpt``, ``cell.yaml``, ``truth.json`` and
        ``study.yaml``. An experiment of the same seed that is there and whole is left as it is, so that an analysis that
        was stopped can go on.
    seed
        Seed of everything: where things lie, motion, detector, noise.
    progress
        Told how many scans are written.

    Returns
    -------
    Path
        The study.
    """
    target = Path(folder)
    series = demo_series(seed)
    names = [f"scan_{number + 1}" for number in range(len(series))]
    study = {
        "title": "A virtual NaK50 anode in a tomograph",
        "summary": _SUMMARY,
        "cell": "cell.yaml",
        "time_zone": "UTC",
        "data": ".",
        "files": ["potentiostat.mpt"],
        "analyses": {
            **dict.fromkeys(_OTHER_PARTS),
            "tomography": {
                "scans": [f"{name}.nxs" for name in names],
                "photon_energy": "45 keV",
                "unchanged": [names[:2]],
                "workers": WORKERS,
                "smallest_diameter": f"{1e6 * SMALLEST:g} um",
                "clock": {"offset": f"{-series.clock_offset:g} s", "offset_error": f"{CLOCK_ERROR:g} s"},
            },
        },
        "truth": true_numbers(series, names, SMALLEST),
    }
    path = target / "study.yaml"
    text = f"# seed {seed}\n" + yaml.safe_dump(study, sort_keys=False, allow_unicode=True, width=110)
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return path
    path.unlink(missing_ok=True)
    write_series(series, target, workers=WORKERS, progress=progress)
    # the study comes last and whole: where it stands, the rest is there
    draft = path.with_suffix(".part")
    draft.write_text(text, encoding="utf-8")
    return draft.replace(path)
