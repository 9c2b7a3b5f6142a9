"""Hostile cycling records and cells: every analysis answers within its bounds or says why it cannot.

A record is one of several courses (noise, blocks, ramp, staircase, sweeps, charge and discharge) that is then spoilt:
holes, repeated times, huge and tiny magnitudes, whole numbers, wrong or missing fields, several files.
"""

from __future__ import annotations

import contextlib
import json
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alkanode import electrochem
from alkanode.data import KINDS, Cell, Electrolyte, check, label
from alkanode.foundation.errors import AlkanodeError, AlkanodeWarning
from alkanode.foundation.sources import Estimate
from alkanode.plot import save_figure, to_plotly
from alkanode.studies import blocks
from alkanode.studies.critical_current import ccd_part
from alkanode.studies.cycling import cycling_part
from alkanode.studies.findings import failures_part
from alkanode.studies.full_cell import full_cell_part
from alkanode.studies.outcome import json_ready
from alkanode.studies.part import Part
from alkanode.studies.phases import path_of
from alkanode.studies.profile import profile_part
from alkanode.studies.staircase import staircase_part
from alkanode.studies.stripping import stripping_part
from alkanode.studies.voltammetry import cv_part

COURSES = ("noise", "blocks", "ramp", "staircase", "sweeps", "full")
SPOILS = ("voltage holes", "current holes", "whole numbers", "single precision", "repeated times", "one time", "late")
FIELDS = (
    "charge",
    "charge holes",
    "in_sweep",
    "step",
    "cycle",
    "source_index",
    "voltage_setpoint",
    "temperature",
    "mode",
)
hostile = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)


def course(kind: str, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Current in units of its own, and voltage, of 0 to 300 rows."""
    if kind == "noise":
        rows = int(random.integers(0, 300))
        flow = random.choice([-1.0, 0.0, 1.0, 1e-6], rows) * random.lognormal(size=rows)
        return flow, random.normal(size=rows).cumsum() + random.choice([0.0, 3.0])
    if kind == "sweeps":
        corners = random.uniform(-2, 2, int(random.integers(2, 8)))
        points = int(random.integers(2, 40)) * (corners.size - 1)
        potential = np.interp(np.linspace(0, corners.size - 1, points), np.arange(corners.size), corners)
        flow = 10 * potential * random.choice([0, 1]) + 2 * np.exp(-(((potential - 0.2) / 0.05) ** 2))
        return np.round(flow + random.choice([0.0, 0.1]) * random.normal(size=points), 9), potential
    if kind == "full":
        count, rows = int(random.integers(1, 9)), int(random.integers(3, 17))
        rise = np.linspace(2.5, 4.0, rows)
        voltage = np.tile(np.concatenate([rise, rise[::-1], [3.0]]), count)
        flow = np.tile(np.repeat([1.0, -1.0, 0.0], [rows, rows, 1]), count)
        return flow, voltage + random.choice([0.0, 1e-3]) * random.normal(size=voltage.size)
    count = int(random.integers(1, 14))
    level = {
        "blocks": random.choice([-2.0, -1.0, 0.0, 0.5, 1.0], count),
        "ramp": (1 + np.arange(count) // 2) * (-1.0) ** np.arange(count),
        "staircase": (1.0 + np.arange(count) // 2) * (np.arange(count) % 2 == 0),
    }[kind]
    flow = np.repeat(level, random.integers(1, 300 // count, count))
    voltage = flow * random.choice([1e-3, 0.1, 10.0])
    voltage[int(random.integers(0, flow.size)) :] *= random.choice([0.0, 1e-3, 0.5, 1.0, 1.0, 3.0, 50.0])
    return flow, voltage + random.choice([0.0, 1e-4, 1e-2]) * random.normal(size=flow.size)


@st.composite
def records(draw: st.DrawFn, kinds: tuple[str, ...] = COURSES, *, spoilt: bool = True) -> xr.Dataset:
    """A checked cycling record."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    flow, voltage = course(draw(st.sampled_from(kinds)), random)
    rows = flow.size
    spoils = draw(st.sets(st.sampled_from(SPOILS), max_size=3)) if spoilt else set()
    present = draw(st.sets(st.sampled_from(FIELDS), max_size=4)) if spoilt else set()
    current = flow * (draw(st.sampled_from([1e-3, 1e-3, 1e-12, 1e-6, 1.0, 1e3])) if spoilt else 2.0**-10)
    voltage = voltage * (draw(st.sampled_from([1.0, 1.0, 1.0, 1e-12, 1e-3, 1e3])) if spoilt else 1.0)
    pace = draw(st.sampled_from([1e-3, 1.0, 16.0, 1e5])) if spoilt else 16.0
    time = np.arange(rows) * pace
    setpoint = draw(st.sampled_from(["none", "exact", "holes", "reversed", "unknown"] if spoilt else ["none", "exact"]))
    fields: dict[str, np.ndarray] = {}
    if setpoint != "none":
        told = {"exact": current, "reversed": -current, "unknown": np.full(rows, np.nan)}
        fields["current_setpoint"] = told.get(setpoint, np.where(random.random(rows) < 0.3, np.nan, current))
    if "repeated times" in spoils:
        time = np.cumsum(random.choice([0.0, pace], rows))
    if "one time" in spoils:
        time = np.zeros(rows)
    if "late" in spoils:
        time = time + random.choice([-1e6, 1e9, 0.5])
    if {"charge", "charge holes"} & present:
        moved = 0.5 * (current[1:] + current[:-1]) * np.diff(time)
        charge = np.concatenate([[0.0], np.cumsum(moved)])[:rows] * random.choice([1.0, 1.0, -1.0, 1e3])
        fields["charge"] = np.where(random.random(rows) < 0.3, np.nan, charge) if "charge holes" in present else charge
    if "current holes" in spoils:
        current = np.where(random.random(rows) < random.choice([0.05, 0.5, 1.0]), np.nan, current)
    if "voltage holes" in spoils:
        voltage = np.where(random.random(rows) < random.choice([0.05, 0.5, 1.0]), np.nan, voltage)
    if "whole numbers" in spoils:
        voltage = np.nan_to_num(voltage).clip(0, 200).round().astype(random.choice(["int64", "int32", "uint8"]))
        time = np.floor(time).astype(np.int64)
    if "single precision" in spoils:
        current, voltage = current.astype(np.float32), voltage.astype(np.float32)
    fields |= {"time": time, "voltage": voltage, "current": current}
    mode = random.integers(-1, 6, rows) if random.random() < 0.5 else np.full(rows, random.integers(-1, 5))
    extra = {
        "in_sweep": random.random(rows) < 0.3,
        "step": random.integers(-1, 5, rows),
        "cycle": random.integers(-1, 5, rows),
        "source_index": np.sort(random.integers(0, 3, rows)),
        "voltage_setpoint": voltage.astype(float),
        "ambient_temperature": np.where(random.random(rows) < 0.3, np.nan, 298.0),
        "control_mode": mode,
    }
    named = {"temperature": "ambient_temperature", "mode": "control_mode"}
    fields |= {name: extra[name] for name in (named.get(one, one) for one in present) if name in extra}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


def cells() -> st.SearchStrategy[Cell]:
    """A cell with any parts missing."""
    area = st.sampled_from([1e-8, 5e-5, 1.0])
    optional: dict[str, st.SearchStrategy[Any]] = {
        "anode_mass": st.sampled_from([1e-9, 1e-5, 0.1]),
        "anode_role": st.sampled_from(["working", "counter"]),
        "counter": st.sampled_from(["Na", "NaK50", "NVP"]),
        "electrolyte": st.builds(
            lambda conductivity: Electrolyte("NASICON", thickness="1 mm", conductivity=conductivity),
            st.sampled_from([None, 1e-6, 0.1, 1e3]),
        ),
        "area": area,
        "area_uncertainty": st.sampled_from([1e-9, 1e-6, 2.0]),
        "final_area": area,
        "final_area_uncertainty": st.sampled_from([1e-9, 1e-6, 2.0]),
        "temperature": st.sampled_from([250.0, 298.15, 400.0]),
        "reference": st.just("Na"),
        "stack_pressure": st.just("10 MPa"),
    }

    def build(given: dict[str, Any]) -> Cell:
        for of in ("area", "final_area"):
            if of not in given:
                given.pop(f"{of}_uncertainty", None)
        return Cell(**given)

    anode = st.sampled_from(["Na", "NaK50", "NaK80", "K", "Li", "carbon", "NaK20"])
    return st.fixed_dictionaries({"anode": anode}, optional=optional).map(build)


def tried(function: Callable[..., Any], *given: Any, **options: Any) -> Any:
    """What a function gives, checked; ``None`` where it refuses with a reason. It leaves what it was given alone."""
    datasets = [one for one in (*given, *options.values()) if isinstance(one, xr.Dataset)]
    before = [one.copy(deep=True) for one in datasets]
    found = None
    with warnings.catch_warnings(), contextlib.suppress(AlkanodeError):
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", AlkanodeWarning)
        found = function(*given, **options)
    for one, old in zip(datasets, before, strict=True):
        xr.testing.assert_identical(one, old)
    if isinstance(found, xr.Dataset):
        sound(found)
    for name, estimate in (found if isinstance(found, dict) else {}).items():
        trusted(name, estimate)
    return found


def sound(found: xr.Dataset) -> None:
    """A result of its kind, with ordered intervals that hold their value and attributes that can be written."""
    if found.attrs["kind"] in KINDS:
        check(found, found.attrs["kind"])
    json.dumps(json_ready(dict(found.attrs)))
    for name, variable in found.variables.items():
        if not str(name).endswith("_interval") or variable.dims[-1:] != ("bound",):
            continue
        low, high = np.moveaxis(variable.to_numpy().astype(float), -1, 0)
        assert not (low > high).any(), name
        inner = found.variables.get(str(name).removesuffix("_interval"))
        if inner is not None and inner.dims == variable.dims[:-1]:
            value = inner.to_numpy().astype(float)
            slack = 1e-9 * np.nan_to_num(np.abs(value), posinf=0.0)
            assert not (np.isfinite(value) & ((low > value + slack) | (high < value - slack))).any(), name


def trusted(name: str, estimate: Estimate) -> None:
    """A headline number is finite or absent, says what it rests on, and lies in its interval."""
    assert estimate.label, name
    assert estimate.value is None or np.isfinite(estimate.value), name
    if estimate.interval is not None:
        low, high = estimate.interval
        assert low <= high, name
        if estimate.value is not None:
            slack = 1e-9 * abs(estimate.value)
            assert low - slack <= estimate.value <= high + slack, name


def analyses(record: xr.Dataset, cell: Cell | None) -> Iterator[tuple[str, Any]]:
    """Every analysis of a record, and of what it found."""
    failures = tried(electrochem.find_failures, record, cell)
    yield "failures", failures
    path = None if cell is None else tried(path_of, cell)
    limit = tried(electrochem.critical_stripping, record, cell, path=path)
    yield "stripping", limit
    if limit is not None:
        tried(electrochem.stripping_estimates, limit, cell)
        yield "stripping current", tried(electrochem.with_stripping_current, limit, record)
    table = tried(electrochem.overpotentials, record, cell, failures=failures)
    yield "overpotentials", table
    if table is not None:
        for field in ("eta_mid", "eta_peak", "resistance"):
            yield f"growth of {field}", tried(electrochem.overpotential_growth, table, field=field)
    shapes = tried(electrochem.profile_shape, record, cell, failures=failures)
    yield "shapes", shapes
    if shapes is not None:
        tried(electrochem.profile_estimates, shapes)
    levels = tried(electrochem.staircase, record, cell, failures=failures)
    yield "staircase", levels
    if levels is not None:
        assert not np.isinf(levels["end_resistance"]).any()
        tried(electrochem.staircase_estimates, levels, cell)
    yield "ramp", tried(electrochem.current_ramp, record, cell)
    ramp = tried(electrochem.critical_current, record, cell, failures=failures)
    yield "critical current", ramp
    if ramp is not None:
        tried(electrochem.critical_current_estimates, ramp)
    yield from voltammograms(record, cell)
    yield from full_cells(record, cell)


def voltammograms(record: xr.Dataset, cell: Cell | None) -> Iterator[tuple[str, Any]]:
    """The analyses of voltammograms."""
    yield "sweeps", tried(electrochem.potential_sweeps, record)
    yield "peaks", tried(electrochem.voltammogram_peaks, record)
    cycles = tried(electrochem.voltammetry, record, cell)
    yield "voltammetry", cycles
    if cycles is not None:
        tried(electrochem.voltammetry_estimates, cycles, cell)
        tried(electrochem.peak_growth, cycles)
        yield "scan rates", tried(electrochem.scan_rates, cycles)


def full_cells(record: xr.Dataset, cell: Cell | None) -> Iterator[tuple[str, Any]]:
    """The analyses of cells with a cathode."""
    cycles = tried(electrochem.full_cell, record, cell)
    yield "full cell", cycles
    if cycles is not None:
        tried(electrochem.full_cell_estimates, cycles, cell)
        fade = tried(electrochem.capacity_fade, cycles)
        rates = tried(electrochem.rate_test, cycles)
        yield "fade", fade
        yield "rates", rates
        if fade is not None:
            tried(electrochem.fade_estimates, fade)
            trusted("life ratio", tried(electrochem.life_ratio, fade, fade))
        if rates is not None:
            tried(electrochem.rate_estimates, rates)
    slopes = tried(electrochem.differential_capacity, record, cell)
    yield "dQ/dU", slopes
    if slopes is not None:
        yield "plateaus", tried(electrochem.differential_peaks, slopes)
        migration = tried(electrochem.plateau_migration, slopes)
        yield "migration", migration
        if migration is not None:
            tried(electrochem.migration_estimates, migration)


def parts(record: xr.Dataset, cell: Cell | None) -> Iterator[Part]:
    """Every part of a study that accepts the record."""
    full = blocks.FullCell(usable="both", cathode_capacity="100 mAh g-1")
    for function, given_too in (
        (failures_part, (blocks.Failures(), None)),
        (stripping_part, (blocks.Stripping(), None)),
        (cycling_part, (blocks.Cycling(), None)),
        (profile_part, (blocks.Profile(), None)),
        (staircase_part, (blocks.Staircase(), None)),
        (cv_part, (blocks.Voltammetry(),)),
        (ccd_part, (blocks.CriticalCurrent(),)),
        (full_cell_part, (full,)),
    ):
        part = tried(function, record, cell, *given_too)
        if part is not None:
            yield part


def readable(part: Part) -> None:
    """A part can be written, and its sentences hold no number that is none."""
    json.dumps(json_ready(part.to_json()), allow_nan=False)
    for name, estimate in part.estimates.items():
        trusted(name, estimate)
    for record in part.records.values():
        sound(record)
    for sentence in part.findings:
        assert not re.search(r"\b(nan|inf|None)\b", sentence), sentence
    for table in part.tables.values():
        assert {len(row) for row in table.rows} <= {len(table.columns)}


@settings(hostile, max_examples=100)
@given(records(), st.none() | cells())
def test_every_analysis_answers_or_says_why_not(record: xr.Dataset, cell: Cell | None) -> None:
    for _ in analyses(record, cell):
        pass


@pytest.mark.slow
@settings(hostile, max_examples=600)
@given(records(), st.none() | cells())
def test_every_analysis_answers_or_says_why_not_at_depth(record: xr.Dataset, cell: Cell | None) -> None:
    for _ in analyses(record, cell):
        pass


@settings(hostile, max_examples=50)
@given(records(), st.none() | cells())
def test_every_part_can_be_written_and_read(record: xr.Dataset, cell: Cell | None) -> None:
    for part in parts(record, cell):
        readable(part)


def drawn(record: xr.Dataset, cell: Cell | None, folder: Path) -> None:
    for part in parts(record, cell):
        readable(part)
        for figure in part.figures.values():
            tried(save_figure, figure, folder / "figure.png", dpi=20)
            tried(to_plotly, figure).to_json()


@settings(hostile, max_examples=6)
@given(record=records(), cell=st.none() | cells())
def test_every_figure_is_drawn(record: xr.Dataset, cell: Cell | None, tmp_path_factory: pytest.TempPathFactory) -> None:
    drawn(record, cell, tmp_path_factory.mktemp("figures"))


@pytest.mark.slow
@settings(hostile, max_examples=60)
@given(record=records(), cell=st.none() | cells())
def test_every_figure_is_drawn_at_depth(
    record: xr.Dataset, cell: Cell | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    drawn(record, cell, tmp_path_factory.mktemp("figures"))


def compared(
    before: dict[str, Any],
    after: dict[str, Any],
    factor: Callable[[str], float],
    shift: float = 0.0,
    but: tuple[str, ...] = (),
) -> None:
    """Same answers and refusals, each number times the factor of its unit, each moment later by the shift."""
    for name, old in before.items():
        new = after[name]
        if name in but:
            continue
        assert (old is None) == (new is None), name
        if not isinstance(old, xr.Dataset):
            continue
        for field in old.variables:
            first, second = old.variables[field], new.variables[field]
            if first.dtype.kind != "f":
                if first.dtype.kind in "iub" or field in {"direction", "shape"}:
                    np.testing.assert_array_equal(first, second, err_msg=f"{name}: {field}")
                continue
            moment = shift if str(field) in {"time", "start_time"} else 0.0
            wanted = factor(str(first.attrs.get("units", "1"))) * first.to_numpy() + moment
            slack = max(1e-9 * np.max(np.abs(wanted), initial=0.0, where=np.isfinite(wanted)), 1e-12)
            np.testing.assert_allclose(second.to_numpy(), wanted, rtol=1e-6, atol=slack, err_msg=f"{name}: {field}")


def extensive(scale: float) -> Callable[[str], float]:
    """Factor of a unit where current, charge, area and mass are multiplied alike."""

    def factor(unit: str) -> float:
        if unit in {"A", "C", "J", "W", "C V-1", "F", "A V", "V A", "m2", "kg"}:
            return scale
        return 1 / scale if unit in {"ohm", "V C-1"} else 1.0

    return factor


ORDINARY = {"anode": "NaK50", "counter": "NaK50", "anode_mass": 1e-5, "area": 5e-5, "final_area": 6e-5}


@settings(hostile, max_examples=24)
@given(records(("blocks", "ramp", "staircase", "sweeps", "full"), spoilt=False), st.sampled_from([2.0**16, -(2.0**20)]))
def test_the_clock_does_not_matter(record: xr.Dataset, shift: float) -> None:
    before = dict(analyses(record, None))
    after = dict(analyses(record.assign(time=record["time"] + shift), None))
    compared(before, after, lambda unit: 1.0, shift)


@settings(hostile, max_examples=24)
@given(records(("blocks", "ramp", "staircase", "sweeps"), spoilt=False), st.sampled_from([2.0**-6, 2.0**6]))
def test_a_larger_cell_gives_the_same_densities(record: xr.Dataset, scale: float) -> None:
    """But for the class of a short, which is judged against the resistance of leads, and what bears no unit of its own."""
    larger = {name: record[name] * scale for name in ("current", "current_setpoint") if name in record}
    sizes = {name: ORDINARY[name] * scale for name in ("anode_mass", "area", "final_area")}
    before = dict(analyses(record, Cell(**ORDINARY)))
    after = dict(analyses(record.assign(larger), Cell(**{**ORDINARY, **sizes})))
    compared(before, after, extensive(scale), but=("failures", "growth of resistance", "critical current", "staircase"))


@settings(hostile, max_examples=24)
@given(records(("blocks", "ramp", "staircase"), spoilt=False))
def test_an_anode_at_the_other_clip_strips_and_plates_alike(record: xr.Dataset) -> None:
    mirrored = record.assign(
        {name: -record[name] for name in ("current", "voltage", "current_setpoint") if name in record}
    )
    before = dict(analyses(record, Cell(**ORDINARY)))
    after = dict(analyses(mirrored, Cell(**ORDINARY, anode_role="counter")))
    for name in ("failures", "stripping", "overpotentials", "shapes", "critical current"):
        old, new = before[name], after[name]
        assert (old is None) == (new is None), name
        for field in () if old is None else ("direction", "failure", "passed", "charge_passed", "eta_mid", "reached"):
            if field in old.variables and old[field].dtype.kind in "Ub":
                np.testing.assert_array_equal(old[field], new[field], err_msg=f"{name}: {field}")
            elif field in old.variables:
                np.testing.assert_allclose(old[field], new[field], rtol=1e-6, atol=1e-12, err_msg=f"{name}: {field}")
