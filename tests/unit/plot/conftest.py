"""Small synthetic records for figures; pictures are drawn without a screen."""

from __future__ import annotations

import os

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label

os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture
def cycling() -> xr.Dataset:
    time = np.linspace(0.0, 7200.0, 400)
    current = np.full(400, 1e-3)
    voltage = 0.05 + np.exp((time - 7200.0) / 200.0)
    charge = 1e-3 * time
    fields = {"time": time, "voltage": voltage, "current": current, "charge": charge}
    return label(xr.Dataset({name: ("row", values) for name, values in fields.items()}), "cycling")


@pytest.fixture
def spectra() -> xr.Dataset:
    frequency = np.geomspace(1e6, 1.0, 30)
    count = 5
    impedance = np.array([10 + (20 + 5 * k) / (1 + 2j * np.pi * frequency * 1e-3) for k in range(count)])
    frequencies = np.tile(frequency, (count, 1))
    frequencies[2, 25:] = np.nan
    impedance[2, 25:] = np.nan
    masked = np.array([False, False, False, True, False])
    record = xr.Dataset(
        {
            "frequency": (("spectrum", "point"), frequencies),
            "impedance": (("spectrum", "point"), impedance),
            "charge": ("spectrum", np.arange(count) * 3.6),
            "time": ("spectrum", np.arange(count) * 600.0),
            "masked": ("spectrum", masked),
            "mask_reason": ("spectrum", np.where(masked, "drift <5 mV", "")),
        }
    )
    return label(record, "impedance")


@pytest.fixture
def times() -> xr.Dataset:
    tau = np.geomspace(1e-8, 10.0, 60)
    count = 12
    window = (tau >= 1 / (2 * np.pi * 7e6)) & (tau <= 1 / (2 * np.pi))
    gamma = np.array([(10 + k) * np.exp(-(np.log(tau / 1e-3) ** 2)) for k in range(count)])
    masked = np.arange(count) == 7
    zeros = np.zeros(count)
    record = xr.Dataset(
        {
            "distribution": (("spectrum", "relaxation_time"), gamma),
            "in_window": (("spectrum", "relaxation_time"), np.tile(window, (count, 1))),
            "series_resistance": ("spectrum", zeros + 10),
            "inductance": ("spectrum", zeros),
            "polarisation_in_window": ("spectrum", zeros + 30),
            "polarisation_out_of_window": ("spectrum", zeros),
            "charge": ("spectrum", np.arange(count) * 3.6),
            "time": ("spectrum", np.arange(count) * 600.0),
            "masked": ("spectrum", masked),
            "mask_reason": ("spectrum", np.where(masked, "drift 12 %", "")),
        },
        coords={"relaxation_time": tau},
    )
    return label(record, "relaxation_times")


@pytest.fixture
def path() -> xr.Dataset:
    """300 mAh/g: liquid until 200, liquid with K(s) until 280, then K(s)."""
    capacity = np.array([0.0, 50, 100, 150, 200, 220, 240, 260, 280, 290, 300]) * 3600
    liquid = np.clip(np.array([1, 1, 1, 1, 1, 0.75, 0.5, 0.25, 0, 0, 0.0]), 0, 1)
    record = xr.Dataset(
        {
            "mole_fraction": ("point", np.linspace(0.5, 1, 11)),
            "mass_fraction": ("point", np.linspace(0.6, 1, 11)),
            "phase_fraction": (("point", "phase"), np.stack([liquid, 1 - liquid], axis=1)),
            "electrode_potential": ("point", np.zeros(11)),
            "capacity_to_liquidus": 200 * 3600.0,
            "capacity_to_liquidus_interval": ("bound", np.array([195.0, 205.0]) * 3600),
        },
        coords={"specific_capacity": ("point", capacity), "phase": ["liquid", "bcc_K"]},
        attrs={
            "alloy": "NaK60",
            "temperature": 298.15,
            "temperature_uncertainty": 2.0,
            "label": "computed from a made-up assessment (recalled, unverified)",
        },
    )
    return label(record, "stripping_path")


@pytest.fixture
def diagram() -> xr.Dataset:
    """A eutectic at 260 K between two solids that dissolve nothing."""
    temperature = np.array([[260.0, 300, 336]] * 2 + [[260.0, 320, 370]] * 2)
    mole = np.array([[1.0, 1, 1], [0.7, 0.85, 1], [0.7, 0.4, 0], [0.0, 0, 0]])
    mass = mole * 39.0983 / (mole * 39.0983 + (1 - mole) * 22.98977)
    return xr.Dataset(
        {
            "temperature": (("line", "point"), temperature),
            "mole_fraction": (("line", "point"), mole, {"element": "K"}),
            "mass_fraction": (("line", "point"), mass, {"element": "K"}),
            "phase": ("line", ["bcc_K", "liquid", "liquid", "bcc_Na"]),
            "other_phase": ("line", ["liquid", "bcc_K", "bcc_Na", "liquid"]),
            "boundary": ("line", ["solidus", "liquidus", "liquidus", "solidus"]),
            "invariant_temperature": ("invariant", [260.0]),
            "invariant_kind": ("invariant", ["eutectic"]),
            "invariant_mole_fraction": (("invariant", "role"), [[1.0, 0.7, 0.0]]),
            "invariant_mass_fraction": (("invariant", "role"), [[1.0, 0.8, 0.0]]),
            "invariant_phase": (("invariant", "role"), [["bcc_K", "liquid", "bcc_Na"]]),
        },
        attrs={"system": "Na-K", "kind": "phase_diagram", "label": "computed from a made-up assessment"},
    )
