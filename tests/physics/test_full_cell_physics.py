"""What must hold for any full cell, whatever its numbers."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data import label
from alkanode.electrochem import differential_capacity, full_cell, plateau_migration
from alkanode.virtual import CyclerNoise, CyclerProgram, FullCellLaw, cycle_full_cell

QUIET = CyclerNoise(voltage=0.0, current=0.0, capacity=0.0)


def _record(law: FullCellLaw, rate: float = 1.0, cycles: int = 3, samples: int = 60) -> xr.Dataset:
    program = CyclerProgram(rates=((cycles, rate),), samples=samples)
    return cycle_full_cell(law, program, seed=0, noise=QUIET)["cycling"].to_dataset()


@settings(max_examples=25)
@given(resistance=st.floats(0, 100), rate=st.floats(0.05, 3))
def test_a_cell_gives_back_less_energy_than_it_takes(resistance: float, rate: float) -> None:
    cycles = full_cell(_record(FullCellLaw(resistance=resistance, exchange=0.0), rate))
    assert (cycles["energy_efficiency"] < 1).all()
    assert (cycles["voltage_efficiency"] < 1).all()
    product = cycles["coulombic_efficiency"] * cycles["voltage_efficiency"]
    np.testing.assert_allclose(cycles["energy_efficiency"], product, rtol=1e-12)


@settings(max_examples=25)
@given(scale=st.floats(1e-3, 1e3))
def test_ratios_do_not_depend_on_the_size_of_the_cell(scale: float) -> None:
    record = _record(FullCellLaw())
    grown = label(
        record.assign({name: record[name] * scale for name in ("current", "current_setpoint", "charge")}), "cycling"
    )
    small, large = full_cell(record), full_cell(grown)
    for name in ("coulombic_efficiency", "energy_efficiency", "retention", "charge_rate", "discharge_voltage"):
        np.testing.assert_allclose(large[name], small[name], rtol=1e-9)
    np.testing.assert_allclose(large["charge_capacity"], scale * small["charge_capacity"], rtol=1e-9)


@settings(max_examples=10)
@given(shift=st.floats(-1e5, 1e5), rest=st.integers(1, 200))
def test_clocks_and_rests_do_not_count(shift: float, rest: int) -> None:
    record = _record(FullCellLaw())
    last = record.isel(row=[-1] * rest)
    still = last.assign(
        time=("row", float(record["time"][-1]) + 60.0 * np.arange(1, rest + 1)),
        current=("row", np.zeros(rest)),
        current_setpoint=("row", np.full(rest, np.nan)),
        control_mode=("row", np.zeros(rest, dtype=np.int64)),
    )
    later = label(xr.concat([record, still], "row").assign(time=lambda one: one["time"] + shift), "cycling")
    found, base = full_cell(later), full_cell(record)
    np.testing.assert_allclose(found["discharge_capacity"], base["discharge_capacity"])
    np.testing.assert_allclose(found["discharge_energy"], base["discharge_energy"])


def test_a_pause_does_not_split_a_half_cycle() -> None:
    record = _record(FullCellLaw(), cycles=2)
    rows = np.arange(record.sizes["row"])
    paused = record["time"].to_numpy() + np.where(rows > 30, 7200.0, 0.0)
    still = record.isel(row=[30]).assign(
        time=("row", [float(record["time"][30]) + 3600.0]),
        current=("row", [0.0]),
        current_setpoint=("row", [np.nan]),
        control_mode=("row", np.zeros(1, dtype=np.int64)),
    )
    record = record.assign(time=("row", paused))
    joined = label(
        xr.concat([record.isel(row=slice(0, 31)), still, record.isel(row=slice(31, None))], "row"), "cycling"
    )
    found, base = full_cell(joined), full_cell(_record(FullCellLaw(), cycles=2))
    assert found.sizes["cycle"] == base.sizes["cycle"] == 2
    np.testing.assert_allclose(found["charge_capacity"], base["charge_capacity"])
    np.testing.assert_allclose(found["charge_current"], base["charge_current"], rtol=1e-6)


@settings(max_examples=8)
@given(share=st.floats(0.05, 0.95))
def test_the_index_of_a_mixture_is_its_share(share: float) -> None:
    made = differential_capacity(cycle_full_cell(program=CyclerProgram(rates=((5, 1.0),)), seed=0, noise=QUIET))
    values = made["differential_capacity"].fillna(0.0).to_numpy().copy()
    area = values.sum(axis=2, keepdims=True)
    first, last = values[:, 0] / area[:, 0], values[:, -1] / area[:, -1]
    values[:, 2] = (1 - share) * first + share * last
    mixed = made.assign(differential_capacity=(made["differential_capacity"].dims, values))
    found = plateau_migration(mixed)
    assert float(found["migration"].sel(cycle=3)) == pytest.approx(share, abs=1e-4)
    assert float(found["residual"].sel(cycle=3)) < 1e-4
    assert ((found["migration"] >= 0) & (found["migration"] <= 1)).all()


def test_the_knee_is_where_the_anode_becomes_the_smaller_electrode() -> None:
    law = FullCellLaw(anode_excess=1.2, anode_loss=0.01)
    made = cycle_full_cell(law, CyclerProgram(rates=((60, 1.0),), samples=20), seed=0, noise=QUIET)
    knee = made.attrs["true_knee"]
    assert knee == pytest.approx(1 + 0.2 / (law.anode_loss - law.cathode_loss), abs=0.1)
    loss = -np.diff(full_cell(made)["discharge_capacity"].to_numpy()[6:]) / law.cathode_capacity
    assert loss[:10] == pytest.approx(law.cathode_loss, abs=2e-4)
    assert loss[-10:] == pytest.approx(law.anode_loss, rel=0.02)
