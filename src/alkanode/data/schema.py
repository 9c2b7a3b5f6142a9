"""Kinds of records: what each must hold, checked and labelled.

A record is an :class:`xarray.Dataset` in SI. Its ``attrs["kind"]`` names one of :data:`KINDS`. Arithmetic on xarray
does not change unit labels, so units are written here, by :func:`label`, and never trusted from arithmetic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import xarray as xr

from alkanode.foundation.errors import SchemaError
from alkanode.foundation.vocabulary import VOCABULARY

SCHEMA_VERSION = "1"

Dims = tuple[str, ...]

RecordLike: TypeAlias = xr.Dataset | xr.DataTree
"""A record, a node of a history, or a history that holds such a node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a kind of record holds.

    Attributes
    ----------
    name
        Name in ``attrs["kind"]``.
    meaning
        One sentence.
    required, optional
        Field name -> dimensions.
    complex_fields, text_fields, flag_fields
        Fields that hold complex numbers, text, or true/false; every other field holds real numbers.
    increasing
        Fields that must not decrease along their only dimension.
    """

    name: str
    meaning: str
    required: Mapping[str, Dims]
    optional: Mapping[str, Dims] = field(default_factory=dict)
    complex_fields: frozenset[str] = frozenset()
    text_fields: frozenset[str] = frozenset()
    flag_fields: frozenset[str] = frozenset()
    increasing: frozenset[str] = frozenset()


_ROW = ("row",)
_SPECTRUM = ("spectrum",)
_POINT = ("spectrum", "point")
_TAU = ("spectrum", "relaxation_time")
_CAPACITIES = ("capacity_into_liquid", "capacity_to_liquidus", "capacity_to_last_liquid", "theoretical_capacity")

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="cycling",
            meaning="Voltage and current of a cell over time, one row per sample.",
            required={"time": _ROW, "voltage": _ROW, "current": _ROW},
            optional={
                "current_setpoint": _ROW,
                "voltage_setpoint": _ROW,
                "charge": _ROW,
                "step": _ROW,
                "cycle": _ROW,
                "control_mode": _ROW,
                "half_cycle": _ROW,
                "in_sweep": _ROW,
                "working_potential": _ROW,
                "counter_potential": _ROW,
                "ambient_temperature": _ROW,
                "source_index": _ROW,
            },
            flag_fields=frozenset({"in_sweep"}),
            increasing=frozenset({"time"}),
        ),
        Kind(
            name="impedance",
            meaning="Impedance spectra, one row of points per sweep, shorter sweeps padded with NaN.",
            required={"frequency": _POINT, "impedance": _POINT},
            optional={
                "point_time": _POINT,
                "voltage": _POINT,
                "current": _POINT,
                "voltage_amplitude": _POINT,
                "current_amplitude": _POINT,
                "counter_impedance": _POINT,
                "original_point": _POINT,
                "time": _SPECTRUM,
                "charge": _SPECTRUM,
                "step": _SPECTRUM,
                "cycle": _SPECTRUM,
                "source_index": _SPECTRUM,
                "voltage_drift": _SPECTRUM,
                "masked": _SPECTRUM,
                "mask_reason": _SPECTRUM,
            },
            complex_fields=frozenset({"impedance", "counter_impedance"}),
            text_fields=frozenset({"mask_reason"}),
            flag_fields=frozenset({"masked"}),
        ),
        Kind(
            name="relaxation_times",
            meaning="Distributions of relaxation times, one per spectrum, on one grid of relaxation times.",
            required={
                "relaxation_time": ("relaxation_time",),
                "distribution": _TAU,
                "in_window": _TAU,
                "series_resistance": _SPECTRUM,
                "inductance": _SPECTRUM,
                "polarisation_in_window": _SPECTRUM,
                "polarisation_out_of_window": _SPECTRUM,
            },
            optional={
                "time": _SPECTRUM,
                "charge": _SPECTRUM,
                "step": _SPECTRUM,
                "cycle": _SPECTRUM,
                "source_index": _SPECTRUM,
                "spectrum_index": _SPECTRUM,
                "masked": _SPECTRUM,
                "mask_reason": _SPECTRUM,
                "rms_residual": _SPECTRUM,
            },
            text_fields=frozenset({"mask_reason"}),
            flag_fields=frozenset({"in_window", "masked"}),
        ),
        Kind(
            name="relaxation_peaks",
            meaning="Peaks of distributions of relaxation times, one row per peak.",
            required={
                "spectrum_index": _ROW,
                "relaxation_time": _ROW,
                "resistance": _ROW,
                "capacitance": _ROW,
                "in_window": _ROW,
            },
            optional={
                "height": _ROW,
                "time": _ROW,
                "charge": _ROW,
                "step": _ROW,
                "cycle": _ROW,
                "source_index": _ROW,
            },
            flag_fields=frozenset({"in_window"}),
        ),
        Kind(
            name="kramers_kronig",
            meaning="Residuals of a linear Kramers-Kronig test, per spectrum and per point.",
            required={
                "frequency": _POINT,
                "residual_real": _POINT,
                "residual_imaginary": _POINT,
                "rms_residual": _SPECTRUM,
                "element_count": _SPECTRUM,
                "valid": _SPECTRUM,
            },
            optional={
                "mu": _SPECTRUM,
                "time": _SPECTRUM,
                "charge": _SPECTRUM,
                "masked": _SPECTRUM,
                "mask_reason": _SPECTRUM,
            },
            text_fields=frozenset({"mask_reason"}),
            flag_fields=frozenset({"valid", "masked"}),
        ),
        Kind(
            name="liquid_window",
            meaning="Composition range in which a binary alloy is fully liquid, over temperature, in both bases.",
            required={
                "temperature": ("temperature",),
                "mole_fraction": ("temperature", "side"),
                "mass_fraction": ("temperature", "side"),
            },
            optional={
                "mole_fraction_interval": ("temperature", "side", "bound"),
                "mass_fraction_interval": ("temperature", "side", "bound"),
            },
        ),
        Kind(
            name="phase_diagram",
            meaning="Boundaries of the two-phase fields of a binary system, and its invariants.",
            required={
                "temperature": ("line", "point"),
                "mole_fraction": ("line", "point"),
                "mass_fraction": ("line", "point"),
                "phase": ("line",),
                "other_phase": ("line",),
                "boundary": ("line",),
                "invariant_temperature": ("invariant",),
                "invariant_kind": ("invariant",),
                "invariant_mole_fraction": ("invariant", "role"),
                "invariant_mass_fraction": ("invariant", "role"),
                "invariant_phase": ("invariant", "role"),
            },
            text_fields=frozenset({"phase", "other_phase", "boundary", "invariant_kind", "invariant_phase"}),
        ),
        Kind(
            name="critical_stripping",
            meaning="Charge that was stripped when the voltage passed a cut-off for good, per cut-off.",
            required={
                "cutoff": ("cutoff",),
                "reached": ("cutoff",),
                "time": ("cutoff",),
                "charge": ("cutoff",),
                "areal_capacity": ("cutoff",),
                "specific_capacity": ("cutoff",),
                "share_of_theory": ("cutoff",),
                "share_of_liquidus": ("cutoff",),
            },
            flag_fields=frozenset({"reached"}),
        ),
        Kind(
            name="failures",
            meaning="Failures found in a record, with the evidence for each.",
            required={
                "failure": ("event",),
                "confirmed": ("event",),
                "time": ("event",),
                "row": ("event",),
                "charge": ("event",),
                "evidence": ("event",),
                "would_confirm": ("event",),
                "rivals": ("event",),
            },
            text_fields=frozenset({"failure", "evidence", "would_confirm", "rivals"}),
            flag_fields=frozenset({"confirmed"}),
        ),
        Kind(
            name="stripping_path",
            meaning="Phases, fractions and potential of an alloy while one metal is stripped.",
            required={
                "specific_capacity": ("point",),
                "mole_fraction": ("point",),
                "mass_fraction": ("point",),
                "phase_fraction": ("point", "phase"),
                "electrode_potential": ("point",),
            },
            optional={
                **dict.fromkeys(_CAPACITIES, ()),
                **{f"{name}_interval": ("bound",) for name in _CAPACITIES if name != "theoretical_capacity"},
            },
            increasing=frozenset({"specific_capacity"}),
        ),
    )
}


def check(record: RecordLike, kind: str) -> xr.Dataset:
    """Check that a record holds what its kind demands.

    Parameters
    ----------
    record
        Any dataset; a node of a history (``history["cycling"]``), or a history that has a node of that kind.
    kind
        One of :data:`KINDS`, for example ``"cycling"``.

    Returns
    -------
    Dataset
        The record itself; of a history or a node its dataset.

    Raises
    ------
    SchemaError
        Names what is missing, has other dimensions or another type, or runs backwards, and what is there.
    """
    if kind not in KINDS:
        raise SchemaError("a known kind of record is needed", found=repr(kind), todo=f"Known: {', '.join(KINDS)}")
    demand = KINDS[kind]
    record = _dataset(record, kind)
    present = {str(name) for name in record.variables}
    missing = [name for name in demand.required if name not in present]
    if missing:
        raise SchemaError(
            f"a {kind} record needs {', '.join(repr(name) for name in missing)}",
            found=f"a record with {', '.join(repr(name) for name in sorted(present)) or 'no fields'}",
            todo="Readers name their columns: see alkanode.io.list_readers()",
        )
    for name, dims in {**demand.required, **demand.optional}.items():
        if name in present:
            _check_field(record, demand, name, dims)
    return record


def _dataset(record: RecordLike, kind: str) -> xr.Dataset:
    """The dataset behind what a caller gave."""
    if isinstance(record, xr.Dataset):
        return record
    if isinstance(record, xr.DataTree):
        return (record[kind] if kind in record.children else record).to_dataset()
    raise SchemaError(f"a {kind} record is an xarray.Dataset", found=type(record).__name__)


def _check_field(record: xr.Dataset, kind: Kind, name: str, dims: Dims) -> None:
    values = record.variables[name]
    if values.dims != dims:
        raise SchemaError(f"{name!r} of a {kind.name} record has dimensions {dims}", found=str(values.dims))
    wanted = (
        "c"
        if name in kind.complex_fields
        else "UOST"
        if name in kind.text_fields
        else "b"
        if name in kind.flag_fields
        else "fiu"
    )
    if values.dtype.kind not in wanted:
        raise SchemaError(f"{name!r} of a {kind.name} record holds {_words(wanted)}", found=f"dtype {values.dtype}")
    if name in kind.increasing and values.size > 1:
        steps = np.diff(values.to_numpy())
        if np.isnan(steps).any() or (steps < 0).any():
            first = int(np.flatnonzero(~(steps >= 0))[0]) + 1
            raise SchemaError(
                f"{name!r} of a {kind.name} record must not decrease or be missing",
                found=f"{values.to_numpy()[first]!r} after {values.to_numpy()[first - 1]!r} at row {first}",
            )


def _words(kinds: str) -> str:
    return {"c": "complex numbers", "UOST": "text", "b": "true or false", "fiu": "real numbers"}[kinds]


def label(record: RecordLike, kind: str) -> xr.Dataset:
    """Write units and kind onto a record, after checking it.

    Parameters
    ----------
    record
        Dataset in SI whose field names come from the vocabulary.
    kind
        One of :data:`KINDS`.

    Returns
    -------
    Dataset
        A shallow copy. Every field of the vocabulary carries ``units`` (SI), ``display_unit`` and ``long_name``;
        the record carries ``kind`` and ``schema_version``.

    Raises
    ------
    SchemaError
        As :func:`check`.
    """
    labelled = check(record, kind).copy()
    for name in labelled.variables:
        entry = VOCABULARY.get(str(name))
        if entry is not None:
            labelled.variables[name].attrs.update(
                units=entry.unit, display_unit=entry.shown_unit, long_name=entry.definition
            )
    labelled.attrs.update(kind=kind, schema_version=SCHEMA_VERSION)
    return labelled
