"""Critical stripping over series of currents, pressures and alloys: one row per test, set against the phase diagram.

A test that never reached the cut-off gives a lower bound (right-censored), no capacity. Points that somebody printed or
digitised stand beside measured ones as rows of another origin and are never pooled with them.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.data.schema import check, label
from alkanode.electrochem.stripping.capacity_bands import capacity_bands, region_at
from alkanode.electrochem.stripping.overlay import Overlay, overlay_tests
from alkanode.electrochem.stripping.stripped_cell import LOWER_BOUND, NAN, NOTHING, Reading, StrippedCell, stripped_cell
from alkanode.foundation.errors import DataQualityWarning, SchemaError
from alkanode.foundation.sources import add_sources, source
from alkanode.foundation.units import QuantityLike, to_si

Floats = npt.NDArray[np.float64]

_SPECIFIC, _AREAL = {"units": "C kg-1"}, {"units": "C m-2"}


@source("Wu2025")
def stripping_series(
    results: Sequence[xr.Dataset] = (),
    cells: Sequence[Cell] | Cell = (),
    *,
    names: Sequence[str] | None = None,
    failures: Sequence[xr.Dataset | None] | None = None,
    overlay: Overlay = (),
) -> xr.Dataset:
    """Set critical stripping tests side by side.

    Parameters
    ----------
    results
        ``critical_stripping`` records with their current (:func:`alkanode.electrochem.with_stripping_current`), one per test.
    cells
        One cell per result, or one cell for all of them.
    names
        Names of the tests; default those of the cells, numbered where they repeat.
    failures
        ``failures`` record per result, or ``None``: a confirmed hard short ends what counts as stripped.
    overlay
        Printed or digitised points: rows with the keys of :data:`alkanode.electrochem.stripping.overlay.KEYS`, or a csv file
        of them. A point without a cut-off stands at every cut-off of the measured tests.

    Returns
    -------
    Dataset
        Kind ``stripping_series``, dimensions ``test``, ``cutoff`` (V, all cut-offs of any test), ``bound``. Per test:
        ``alloy``, ``origin`` (``measured``, ``simulated``, ``digitised``), ``protocol`` (JSON), ``area_basis``,
        ``current_density`` (A m-2, NaN where the current was not constant), ``stack_pressure`` (Pa), ``temperature``,
        ``temperature_uncertainty`` (K), ``metal_mass_fraction`` (of the working metal), ``kc8_extent``,
        ``potassium_in_carbon`` (mol per mol of atoms), ``theoretical_capacity``, ``capacity_to_liquidus`` with its interval over
        the temperature uncertainty, ``capacity_to_liquidus_by_kc8`` (without KC8, and with all carbon as KC8; NaN where the
        mass of carbon is not stated), ``capacity_to_last_liquid`` (C kg-1). Per test and cut-off: ``censoring``
        (``interval``, ``right``: a lower bound, ``none``), ``specific_capacity`` (C kg-1), ``areal_capacity`` (C m-2),
        ``share_of_theory`` and ``share_of_liquidus`` (1), each with ``_interval`` (infinite upper ends for lower bounds), and
        ``region``, the phase regions in which the capacity may lie.

    Raises
    ------
    SchemaError
        Without tests, for unequal numbers of results and cells, for results without a current, or a wrong overlay.

    Warns
    -----
    DataQualityWarning
        When final and nominal areas mix, or a liquidus cannot be computed.

    Notes
    -----
    Intervals of capacities add two standard uncertainties of mass or area to the samples around the crossing. The interval of
    the share of the liquidus divides that by the range of the liquidus over the temperature uncertainty. Where
    ``capacity_to_liquidus_by_kc8`` is known, the share of the liquidus rests on the stated ``kc8_extent``.
    """
    many = [cells] * len(results) if isinstance(cells, Cell) else list(cells)
    if len(many) != len(results):
        raise SchemaError("one cell per result is needed", found=f"{len(results)} results, {len(many)} cells")
    if names is not None and len(names) != len(results):
        raise SchemaError("one name per result is needed", found=f"{len(results)} results, {len(names)} names")
    broken = list(failures) if failures is not None else [None] * len(results)
    if len(broken) != len(results):
        raise SchemaError("one failures record per result is needed", found=f"{len(broken)} of {len(results)}")
    tests = [
        stripped_cell(limit, cell, name="" if names is None else names[index], failures=broken[index])
        for index, (limit, cell) in enumerate(zip(results, many, strict=True))
    ]
    cutoffs = sorted({reading.cutoff for test in tests for reading in test.readings})
    tests += overlay_tests(overlay, cutoffs)
    if not tests:
        raise SchemaError("a series needs at least one test", found="none")
    basis = {test.area_basis for test in tests if test.area_basis in ("final", "nominal")}
    if len(basis) > 1:
        warnings.warn(
            "final and nominal areas mix: current densities and areal capacities rest on different definitions of the area",
            DataQualityWarning,
            stacklevel=3,
        )
    return _assembled(tests)


def _assembled(tests: list[StrippedCell]) -> xr.Dataset:
    """The record of a list of tests."""
    cutoffs = _cutoffs(tests)
    table = [[_at(test, cutoff) for cutoff in cutoffs] for test in tests]
    theory = np.array([test.theoretical_capacity for test in tests])
    liquidus = np.array([_of_path(test, "capacity_to_liquidus") for test in tests])
    liquidus_ends = np.array([_ends_of_path(test) for test in tests])
    specific = np.array([[one.specific for one in row] for row in table])
    specific_ends = np.array([[one.specific_ends for one in row] for row in table])
    known_ends = np.where(np.isnan(specific_ends), specific[..., None], specific_ends)
    one, read, read_ends = {"units": "1"}, ("test", "cutoff"), ("test", "cutoff", "bound")
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = {
            "share_of_theory": (read, specific / theory[:, None], one),
            "share_of_theory_interval": (read_ends, specific_ends / theory[:, None, None], one),
            "share_of_liquidus": (read, specific / liquidus[:, None], one),
            "share_of_liquidus_interval": (read_ends, known_ends / liquidus_ends[:, None, ::-1], one),
        }
    dim, ends = ("test",), ("test", "bound")
    series = xr.Dataset(
        {
            "alloy": (dim, _texts([test.alloy for test in tests])),
            "origin": (dim, _texts([test.origin for test in tests])),
            "protocol": (dim, _texts([json.dumps(test.protocol) for test in tests])),
            "area_basis": (dim, _texts([test.area_basis for test in tests])),
            "current_density": (dim, np.array([test.current_density for test in tests])),
            "current_density_interval": (
                ends,
                np.array([test.current_density_ends for test in tests]),
                {"units": "A m-2"},
            ),
            "stack_pressure": (dim, np.array([test.stack_pressure for test in tests])),
            "temperature": (dim, np.array([test.temperature for test in tests])),
            "temperature_uncertainty": (
                dim,
                np.array([test.temperature_uncertainty for test in tests]),
                {"units": "K"},
            ),
            "metal_mass_fraction": (dim, np.array([test.metal_mass_fraction for test in tests]), one),
            "kc8_extent": (dim, np.array([test.kc8_extent for test in tests]), one),
            "potassium_in_carbon": (dim, np.array([test.potassium_in_carbon for test in tests]), one),
            "theoretical_capacity": (dim, theory, _SPECIFIC),
            "capacity_to_liquidus": (dim, liquidus, _SPECIFIC),
            "capacity_to_liquidus_interval": (ends, liquidus_ends, _SPECIFIC),
            "capacity_to_liquidus_by_kc8": (ends, np.array([test.liquidus_by_kc8 for test in tests]), _SPECIFIC),
            "capacity_to_last_liquid": (
                dim,
                np.array([_of_path(test, "capacity_to_last_liquid") for test in tests]),
                _SPECIFIC,
            ),
            "censoring": (read, np.array([[one.censoring for one in row] for row in table], dtype=np.str_)),
            "specific_capacity": (read, specific),
            "specific_capacity_interval": (read_ends, specific_ends, _SPECIFIC),
            "areal_capacity": (read, np.array([[one.areal for one in row] for row in table])),
            "areal_capacity_interval": (
                read_ends,
                np.array([[one.areal_ends for one in row] for row in table]),
                _AREAL,
            ),
            **shares,
            "region": (read, _regions(tests, known_ends)),
        },
        coords={
            "test": _told_apart([test.name for test in tests]),
            "cutoff": ("cutoff", np.array(cutoffs), {"units": "V"}),
            "bound": ["lower", "upper"],
        },
        attrs={"label": " / ".join(dict.fromkeys(_label(test) for test in tests if test.path is not None))},
    )
    for test in tests:
        if test.path is not None:
            add_sources(series, str(test.path.attrs.get("sources", "")).split())
    return label(series, "stripping_series")


def at_cutoff(series: xr.Dataset, cutoff: QuantityLike | None = None) -> xr.Dataset:
    """A series at one cut-off.

    Parameters
    ----------
    series
        A ``stripping_series`` record.
    cutoff
        V; by default the largest of the cut-offs at which the most tests reached a value.

    Returns
    -------
    Dataset
        The series without the dimension ``cutoff``.

    Raises
    ------
    SchemaError
        When no test has that cut-off.
    """
    series = check(series, "stripping_series")
    levels = series["cutoff"].to_numpy()
    if cutoff is None:
        reached = (series["censoring"].to_numpy() == "interval").sum(axis=0)
        return series.isel(cutoff=int(np.flatnonzero(reached == reached.max())[-1]))
    wanted = to_si(cutoff, "voltage")
    here = np.flatnonzero(np.isclose(levels, wanted, rtol=1e-9))
    if here.size == 0:
        known = ", ".join(f"{level:g}" for level in levels)
        raise SchemaError(f"the cut-off {wanted:g} V must be one of the series", found=f"cut-offs {known} V")
    return series.isel(cutoff=int(here[0]))


def _cutoffs(tests: list[StrippedCell]) -> list[float]:
    """All cut-offs of any test; one that is not stated (NaN) only where no test states one."""
    stated = sorted({one.cutoff for test in tests for one in test.readings if np.isfinite(one.cutoff)})
    return stated or [NAN]


def _at(test: StrippedCell, cutoff: float) -> Reading:
    """Reading of a test at a cut-off."""
    for one in test.readings:
        if one.cutoff == cutoff or (np.isnan(one.cutoff) and np.isnan(cutoff)):
            return one
    return Reading(cutoff=cutoff, censoring=NOTHING)


def _of_path(test: StrippedCell, name: str) -> float:
    """A capacity of the path; NaN without a path, and where the alloy is beyond it from the start."""
    value = NAN if test.path is None else float(test.path[name])
    return value if value > 0 else NAN


def _ends_of_path(test: StrippedCell) -> tuple[float, float]:
    if np.isnan(_of_path(test, "capacity_to_liquidus")) or test.path is None:
        return (NAN, NAN)
    low, high = (float(end) for end in test.path["capacity_to_liquidus_interval"])
    return low, high


def _regions(tests: list[StrippedCell], ends: Floats) -> npt.NDArray[np.str_]:
    """(test, cutoff) regions in which each capacity may lie."""
    known: dict[tuple[object, ...], xr.Dataset] = {}
    words = []
    for test, row in zip(tests, ends, strict=True):
        if test.path is None:
            words.append([""] * len(row))
            continue
        key = (
            *(test.path.attrs[name] for name in ("alloy", "ion", "temperature", "temperature_uncertainty")),
            test.potassium_in_carbon,
        )
        if key not in known:
            known[key] = capacity_bands(test.path)
        words.append([region_at(known[key], float(low), float(high)) for low, high in row])
    return np.array(words, dtype=np.str_)


def _label(test: StrippedCell) -> str:
    return "" if test.path is None else str(test.path.attrs["label"])


def _texts(values: list[str]) -> npt.NDArray[np.str_]:
    return np.array(values, dtype=np.str_)


def _told_apart(names: list[str]) -> list[str]:
    """Names, numbered where they repeat."""
    return [
        name if names.count(name) == 1 else f"{name} ({names[: at + 1].count(name)})" for at, name in enumerate(names)
    ]


def lower_bounds(at: xr.Dataset) -> npt.NDArray[np.bool_]:
    """(test,) which capacities of a series at one cut-off are lower bounds."""
    return np.asarray(at["censoring"].to_numpy() == LOWER_BOUND)
