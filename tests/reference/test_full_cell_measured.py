"""Full and half cells of other laboratories, and the printed figures of Na-K full cells on a virtual cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from alkanode.electrochem import capacity_fade, differential_capacity, differential_peaks, full_cell, plateau_migration
from alkanode.foundation.errors import SchemaError
from alkanode.io import open_history
from alkanode.virtual import CyclerProgram, cycle_full_cell

Measured = Callable[[str], Path]


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_na_nacoo2_half_cell(measured: Measured) -> None:
    """Six complete cycles: other software pairs the 13 half cycles from the first on and counts seven."""
    record = open_history(measured("cycling/na_nacoo2_gcpl_5cyc.mpr"))["cycling"].to_dataset()
    cycles = full_cell(record)
    assert cycles.attrs["half_cycles"] == 13
    assert cycles["cycle"].to_numpy().tolist() == list(range(7))
    assert cycles["complete"].to_numpy().tolist() == [False, *[True] * 6]
    assert float(cycles["discharge_capacity"][0]) / 3.6 == pytest.approx(0.2065, abs=1e-4)
    assert float(cycles["charge_capacity"][1]) / 3.6 == pytest.approx(0.9868, abs=1e-4)
    assert float(cycles["coulombic_efficiency"][1]) == pytest.approx(0.8643, abs=1e-4)
    assert float(cycles["charge_current"][1]) == pytest.approx(88.8e-6, rel=2e-3)
    differential = differential_capacity(record, cycles=cycles)
    assert (differential["left_out"].isel(cycle=slice(1, None)) < 0.01).all()
    peaks = differential_peaks(differential)
    charge = (peaks["branch"] == "charge").to_numpy()
    tracks, count = np.unique(peaks["track"].to_numpy()[charge], return_counts=True)
    followed = tracks[count == 6]
    first = [
        float(peaks["peak_voltage"].to_numpy()[charge][peaks["track"].to_numpy()[charge] == one][0]) for one in followed
    ]
    for place in (2.449, 2.557, 2.621, 2.687, 2.969, 3.169, 3.272, 3.663):
        assert np.min(np.abs(np.array(first) - place)) < 0.005
    with pytest.raises(SchemaError, match="share 9"):
        plateau_migration(differential)


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_first_discharge_only(measured: Measured) -> None:
    cycles = full_cell(open_history(measured("cycling/lanhe_zn_mno2_gcd.ccs")))
    assert not cycles["complete"].any()
    assert float(cycles["discharge_capacity"][0]) / 3.6 == pytest.approx(0.2881, abs=1e-4)
    assert "one half only" in cycles.attrs["end_of_record"]


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_rounded_current(measured: Measured) -> None:
    cycles = full_cell(open_history(measured("cycling/landt_ligr_r2032.csv")))
    assert cycles.attrs["begins"] == "discharge"
    assert float(cycles["discharge_capacity"][0]) / 3.6 == pytest.approx(6.3, abs=0.05)
    assert float(cycles["charge_capacity"][0]) / 3.6 == pytest.approx(3.2, abs=0.05)
    assert float(cycles["discharge_current"][0]) == pytest.approx(1.763e-4, rel=0.01)  # not the 2e-4 of the column
    assert "cut short" in cycles.attrs["end_of_record"]


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_fast_cycles_that_slow_down_have_no_knee(measured: Measured) -> None:
    pytest.importorskip("fastnda")
    cycles = full_cell(open_history(measured("cycling/neware_nw4_120_1_6_53.ndax")))
    assert int(cycles["complete"].sum()) == 160
    assert (cycles["charge_hold_capacity"] / cycles["charge_capacity"])[:15].min() > 0.7
    fade = capacity_fade(cycles)
    assert "slows down" in str(fade["knee_refused"].item())
    assert float(fade["end_of_life"]) < 2


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("na_nasicon_na_mb_short.mpr", "one direction only"),
        ("li_peo_geis_strip.mpr", "one direction only"),
        ("li_sym_150um_mb.mpr", "turns with the current"),
        ("dummy_cell_cv.mpr", "voltage control"),
    ],
)
def test_other_tests_are_refused(measured: Measured, name: str, reason: str) -> None:
    with pytest.raises(SchemaError, match=reason):
        full_cell(open_history(measured(f"cycling/{name}")))


def test_printed_plateaus_and_their_change(printed: Callable[[str], float]) -> None:
    """The virtual cell is made after the printed numbers: this checks the chain of analysis, not the paper."""
    made = cycle_full_cell(program=CyclerProgram(rates=((20, printed("S002-057")),)), seed=1)
    differential = differential_capacity(made)
    peaks = differential_peaks(differential)
    first = ((peaks["cycle"] == 1) & (peaks["branch"] == "charge")).to_numpy()
    wanted = [printed("S002-055"), printed("S002-056")]
    np.testing.assert_allclose(np.sort(peaks["peak_voltage"].to_numpy()[first]), wanted, atol=0.05)
    index = plateau_migration(differential)["migration"]
    assert float(index.sel(cycle=printed("S002-058"))) > 0.85
