"""Rival processes: judged on R, C and tau together, named only when nothing else comes near."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check, label
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.impedance import (
    RIVALS,
    EvidenceRules,
    PriorRange,
    ProcessContext,
    assign_processes,
    capacitance_class,
    peaks,
    relaxation_times,
)
from alkanode.impedance.interface.rival_evidence import SOMETHING_ELSE
from alkanode.virtual import synthetic_spectra

CELL = ProcessContext(area=1e-4)
NAMED = {rival.name: rival for rival in RIVALS}


def table(resistance: list[float], tau: list[float], *, in_window: bool = True) -> xr.Dataset:
    r, t = np.array(resistance), np.array(tau)
    rows = xr.Dataset(
        {
            "spectrum_index": ("row", np.arange(r.size)),
            "relaxation_time": ("row", t),
            "resistance": ("row", r),
            "capacitance": ("row", t / r),
            "in_window": ("row", np.full(r.size, in_window)),
        }
    )
    return label(rows, "relaxation_peaks")


def track(
    resistance: float, tau: float, *, slope: float = np.nan, half_width: float = 0.1, beyond: bool = False
) -> xr.Dataset:
    """One track of three rows."""
    r = resistance * np.array([0.9, 1.0, 1.1])
    rows = {
        "spectrum_index": np.arange(3),
        "track": np.zeros(3, dtype=np.int64),
        "relaxation_time": np.full(3, tau),
        "resistance": r,
        "capacitance": tau / r,
        "peak_width": np.full(3, 0.5),
        "relaxation_time_deviation": np.full(3, 0.02 * tau),
        "resistance_deviation": 0.02 * r,
        "capacitance_deviation": 0.02 * tau / r,
        "in_window": np.full(3, not beyond),
        "beyond_window": np.full(3, beyond),
        "segment": np.zeros(3, dtype=np.int64),
    }
    tracks = {
        "first_spectrum": [0],
        "last_spectrum": [2],
        "row_count": [3],
        "birth": ["first spectrum"],
        "death": ["last spectrum"],
        "slope": [slope],
        "slope_low": [slope - half_width],
        "slope_high": [slope + half_width],
        "verdict": [""],
    }
    record = xr.Dataset(
        {name: ("row", values) for name, values in rows.items()}
        | {name: ("peak_track", np.array(values)) for name, values in tracks.items()}
    )
    return label(record, "peak_tracks")


def evidence(found: xr.Dataset, name: str, row: int = 0) -> float:
    return float(found["log_evidence"].sel(rival=name)[row])


def best(found: xr.Dataset) -> str:
    return str(found["rival"].to_numpy()[np.argmax(found["log_evidence"].to_numpy()[0])])


def test_diffusion_in_the_liquid_is_rejected_at_50_ohm_cm2() -> None:
    """It fits the relaxation times of seconds, and misses R by about four orders."""
    found = assign_processes(table([50.0, 50.0, 50.0], [0.1, 1.0, 10.0]), CELL)
    for row in range(3):
        behind = float(found["log_evidence"][row].max()) - evidence(found, "diffusion in the liquid", row)
        assert behind > np.log(1e4)
        assert "diffusion in the liquid (R too small by 3." in str(found["sentence"][row].item())
        assert found["process"][row].item() != "diffusion in the liquid"


def test_diffusion_in_the_liquid_has_the_resistance_of_its_formula() -> None:
    """2 to 15 mohm cm2 for 100 to 300 um lie in the middle of what it predicts, and its time is that of the layer."""
    mean, covariance = NAMED["diffusion in the liquid"].predicted(temperature=298.15, interfaces=1, model_factor=1.0)
    spread = 2 * np.sqrt(np.diag(covariance))
    low, high = 1e4 * np.exp(mean[0] + np.array([-1, 1]) * spread[0])
    assert low < 2e-3
    assert high > 15e-3
    assert high < 0.2
    found = assign_processes(table([5e-3], [2.0]), CELL)
    assert found["process"].item() == "diffusion in the liquid"


def test_a_void_is_no_explanation_for_slow_peaks() -> None:
    found = assign_processes(table([50.0], [1.0]), CELL)
    assert evidence(found, "void capacitance") < float(found["log_evidence"].max()) - 20
    fast = assign_processes(table([1.4], [3e-9]), CELL)
    assert best(fast) == "void capacitance"


def test_nothing_is_named_where_rivals_are_near() -> None:
    found = assign_processes(table([20.0], [1.2e-7]), CELL)  # a grain boundary, or a void
    assert found["process"].item() == ""
    assert found["odds"].item() < 10
    assert found["sentence"].item().startswith("Cannot say")
    assert float(found["probability"].sum()) == pytest.approx(1.0)


def test_something_else_wins_where_no_rival_comes_near() -> None:
    found = assign_processes(table([50.0], [1e3]), CELL)
    assert best(found) == SOMETHING_ELSE
    assert found["process"].item() == ""
    assert "no rival predicts" in found["sentence"].item()


def test_a_name_must_survive_wider_ranges() -> None:
    rows = table([1.4], [3e-9])
    strict = assign_processes(rows, CELL)
    loose = assign_processes(rows, CELL, rules=EvidenceRules(widening=1.0))
    assert loose["process"].item() == "void capacitance"
    assert strict["process"].item() == ""
    assert "once the prior ranges are wider" in strict["sentence"].item()


def test_known_ranges_decide_between_grain_boundary_and_void() -> None:
    """20 ohm cm2 of 0.5 mm and 400 ohm cm: with these numbers known, the grain boundary is named."""
    known = NAMED["grain boundary"].with_ranges(
        resistivity=PriorRange(low=3.0, high=5.0, unit="ohm m"),
        thickness=PriorRange(low=4.9e-4, high=5.1e-4, unit="m"),
        relative_permittivity=PriorRange(low=18.0, high=22.0, unit="1"),
        grain_over_boundary=PriorRange(low=140.0, high=200.0, unit="1"),
    )
    far = NAMED["void capacitance"].with_ranges(spacing=PriorRange(low=1e-6, high=2e-6, unit="m"))
    others = [rival for rival in RIVALS if rival.name not in {known.name, far.name}]
    found = assign_processes(
        table([20.0], [1.2e-7]), CELL, rivals=[known, far, *others], rules=EvidenceRules(model_factor=1.2)
    )
    assert found["process"].item() == "grain boundary"
    assert "grain boundary: resistivity 3 to 5 ohm m [given by the user]" in found.attrs["priors"]
    with pytest.raises(SchemaError, match="colour"):
        known.with_ranges(colour=PriorRange(low=1.0, high=2.0, unit="1"))


def test_a_peak_without_coating_speaks_against_processes_of_the_coating() -> None:
    rows = table([200.0], [1.0])
    before, after = (
        assign_processes(rows, ProcessContext(area=1e-4, seen_without_coating=seen)) for seen in (None, True)
    )
    change = after["log_evidence"] - before["log_evidence"]
    assert float(change.sel(rival="chemical capacitance")[0]) == pytest.approx(np.log(0.05))
    assert float(np.abs(change.drop_sel(rival="chemical capacitance")).max()) == 0


def test_beyond_the_window_only_the_capacitance_counts() -> None:
    one, other = (assign_processes(table([r], [r * 1e-2], in_window=False), CELL) for r in (10.0, 1000.0))
    np.testing.assert_allclose(one["log_evidence"], other["log_evidence"])
    assert "beyond the window" in one["sentence"].item()


def test_two_interfaces_share_a_resistance() -> None:
    single = assign_processes(table([50.0], [1e-3]), CELL)
    double = assign_processes(table([100.0], [1e-3]), ProcessContext(area=1e-4, interfaces=2))
    assert evidence(single, "charge transfer") == pytest.approx(evidence(double, "charge transfer"))
    assert evidence(single, "grain boundary") != pytest.approx(evidence(double, "grain boundary"))


def test_area_and_resistance_count_only_as_their_product() -> None:
    one = assign_processes(table([50.0], [1e-3]), CELL)
    other = assign_processes(table([5.0], [1e-3]), ProcessContext(area=1e-3))
    np.testing.assert_allclose(one["log_evidence"], other["log_evidence"])


def test_a_slope_along_the_run_is_evidence() -> None:
    """tau ~ R^2 speaks for diffusion through a growing layer, and against lost area."""
    flat, square = (assign_processes(track(200.0, 1.0, slope=slope), CELL) for slope in (0.0, 2.0))

    def lead(found: xr.Dataset) -> float:
        return evidence(found, "chemical capacitance") - evidence(found, "adsorption")

    assert lead(square) > lead(flat) + 3
    unknown = assign_processes(track(200.0, 1.0), CELL)
    assert unknown.sizes["row"] == 1
    assert np.isnan(unknown["slope"]).all()
    assert unknown["resistance"].item() == pytest.approx(200.0)


def test_a_track_beyond_the_window_is_judged_by_its_capacitance() -> None:
    found = assign_processes(track(200.0, 1.0, beyond=True), CELL)
    assert not found["in_window"].item()
    assert "beyond the window" in found["sentence"].item()


def test_peaks_of_a_whole_series_are_rows() -> None:
    record, _ = synthetic_spectra("growing_interface", spectra=6)
    found = check(assign_processes(peaks(relaxation_times(record)), CELL), "process_assignments")
    assert found.sizes["row"] >= 12
    assert set(found["spectrum_index"].to_numpy()) == set(range(6))
    assert found["time"].sizes == {"row": found.sizes["row"]}
    slow = found["relaxation_time"] > 5e-3
    assert not (found["process"][slow.to_numpy()] == "void capacitance").any()


def test_no_peak_is_no_row() -> None:
    assert assign_processes(table([], []), CELL).sizes["row"] == 0


@pytest.mark.parametrize(
    ("capacitance", "name"),
    [
        (1e-11, "bulk"),
        (5e-9, "grain boundary or surface layer"),
        (3e-6, "interface"),
        (1e-4, "reaction or storage"),
        (1e-16, "below bulk"),
        (1e3, "beyond storage"),
        (np.nan, ""),
    ],
)
def test_classes_of_capacitance(capacitance: float, name: str) -> None:
    """Of a sample of 1 cm2 and 1 mm: bulk and grain boundaries count a tenth, interfaces as they are."""
    assert str(capacitance_class(capacitance, area=1e-4)) == name
    assert str(capacitance_class(10 * np.asarray(capacitance), area=1e-3)) == name


def test_nonsense_is_refused() -> None:
    with pytest.raises(SchemaError, match="names of their own"):
        assign_processes(table([1.0], [1.0]), CELL, rivals=[])
    with pytest.raises(SchemaError, match="names of their own"):
        assign_processes(table([1.0], [1.0]), CELL, rivals=[RIVALS[0], RIVALS[0]])
    with pytest.raises(SchemaError, match="positive"):
        assign_processes(table([-1.0], [1.0]), CELL)
    with pytest.raises(PhysicsError, match="area"):
        ProcessContext(area=0.0)
    with pytest.raises(PhysicsError, match="rules"):
        EvidenceRules(decisive=0.5)
    with pytest.raises(PhysicsError, match="prior range"):
        PriorRange(low=2.0, high=1.0, unit="m")


@pytest.mark.parametrize("resistance", [np.nan, 0.0])
def test_a_peak_without_resistance_has_no_verdict(resistance: float) -> None:
    rows = table([50.0], [1.0])
    rows["resistance"] = ("row", np.array([resistance]))
    found = assign_processes(rows, CELL)
    assert "missing" in found["sentence"].item()
    assert found["process"].item() == ""
    assert np.isnan(found["odds"].item())
