"""A model beside a measurement: protocol of a record, residuals, calibrated or predicted, numbers that people read."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr

from alkanode.cell_models.parameters import load_parameters
from alkanode.data import Cell, Electrode
from alkanode.data.protocol import Protocol
from alkanode.data.schema import label
from alkanode.foundation.errors import StudyError
from alkanode.studies.comparison.compare import residual
from alkanode.studies.comparison.influence import first_crossing, interval_of, step_places, without_spectra
from alkanode.studies.comparison.measured_protocol import measured_protocol
from alkanode.studies.comparison.model_tables import told_numbers
from alkanode.studies.comparison.settings import CellModel
from alkanode.studies.comparison.status import status_of

AREA = 1e-4


def history(
    current: list[float], voltage: list[float], *, mode: float = 1.0, spectra: tuple[float, ...] = ()
) -> xr.DataTree:
    """Rows 10 s apart; current (A), voltage (V)."""
    flow = np.array(current)
    record = xr.Dataset(
        {
            "time": ("row", 10.0 * np.arange(flow.size)),
            "voltage": ("row", np.array(voltage)),
            "current": ("row", flow),
            "charge": ("row", np.concatenate([[0.0], np.cumsum(10.0 * flow[1:])])),
            "control_mode": ("row", np.where(flow == 0, 0.0, mode)),
        }
    )
    tree = {"/cycling": label(record, "cycling")}
    if spectra:
        grid = np.geomspace(1e5, 10.0, 5)
        swept = xr.Dataset(
            {
                "frequency": (("spectrum", "point"), np.tile(grid, (len(spectra), 1))),
                "impedance": (("spectrum", "point"), np.full((len(spectra), 5), 100.0 + 0j)),
                "time": ("spectrum", np.array(spectra)),
            }
        )
        tree["/impedance"] = label(swept, "impedance")
    return xr.DataTree.from_dict(tree)


def cell(**given: object) -> Cell:
    return Cell(anode=Electrode("NaK50"), area=AREA, **given)  # type: ignore[arg-type]


def test_half_cycles_become_steps_with_their_charge() -> None:
    measured = history([0, 1e-3, 1e-3, 0, 0, -2e-3, -2e-3], [0, 0.1, 0.1, 0, 0, -0.2, -0.2])
    found = measured_protocol(measured, cell(), cutoffs=(1.0,))
    kinds = [step.kind for step in found.protocol.steps]
    assert kinds == ["strip", "rest", "plate"]
    strip, rest, plate = found.protocol.steps
    assert strip.current_density == pytest.approx(10.0)
    assert strip.areal_capacity == pytest.approx(2e-2 / AREA)
    assert rest.duration == pytest.approx(20.0)
    assert plate.areal_capacity == pytest.approx(4e-2 / AREA)
    assert found.judged is None
    assert strip.voltage_limit == pytest.approx(1.02)


def test_a_new_level_of_current_is_a_new_step() -> None:
    measured = history([0, 1e-3, 1e-3, 2e-3, 2e-3], [0, 0.1, 0.1, 0.2, 0.2])
    steps = measured_protocol(measured, cell(), cutoffs=(1.0,)).protocol.steps
    assert [step.current_density for step in steps] == pytest.approx([10.0, 20.0])


def test_the_end_of_a_strip_that_ran_away_is_the_models() -> None:
    measured = history([0, 1e-3, 1e-3, 0, 1e-3, 1e-3], [0, 0.1, 0.1, 0, 0.2, 2.0])
    found = measured_protocol(measured, cell(), cutoffs=(0.5, 1.0))
    assert found.judged == (0, 2)
    assert found.protocol.steps[0].areal_capacity is not None
    assert found.protocol.steps[2].areal_capacity is None
    assert found.protocol.steps[2].voltage_limit == pytest.approx(2.04)


def test_a_run_away_before_later_half_cycles_is_not_run_on() -> None:
    measured = history([0, 1e-3, 1e-3, 1e-3, -1e-3, -1e-3], [0, 0.1, 0.1, 2.0, -0.1, -0.1])
    assert measured_protocol(measured, cell(), cutoffs=(1.0,)).judged is None


def test_the_role_of_the_anode_turns_strip_and_plate() -> None:
    measured = history([0, 1e-3, 1e-3], [0, 0.1, 0.1])
    turned = cell(anode_role="counter")
    assert [step.kind for step in measured_protocol(measured, turned, cutoffs=(1.0,)).protocol.steps] == ["plate"]


def test_spectra_at_rest_stay_where_they_were() -> None:
    measured = history([0, 0, 0, 1e-3, 1e-3, 0, 0], [0, 0, 0, 0.1, 0.1, 0, 0], spectra=(10.0, 35.0))
    found = measured_protocol(measured, cell(), cutoffs=(1.0,))
    assert [step.kind for step in found.protocol.steps] == ["rest", "impedance", "rest", "strip", "rest"]
    sweep = found.protocol.steps[1]
    assert (sweep.highest_frequency, sweep.lowest_frequency) == pytest.approx((1e5, 10.0))
    assert found.under_current == 1


@pytest.mark.parametrize(
    ("measured", "given", "message"),
    [
        (history([0, 1e-3, -1e-3], [0, 0.1, -0.1], mode=2.0), cell(), "cannot be read off"),
        (history([0, 0, 0], [0, 0, 0]), cell(), "in which current flows"),
        (history([0, 1e-3, 1e-3], [0, 0.1, 0.1]), Cell(anode=Electrode("NaK50")), "area"),
    ],
)
def test_records_without_a_protocol_are_refused(measured: xr.DataTree, given: Cell, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        measured_protocol(measured, given, cutoffs=(1.0,))


def row(**given: float) -> dict[str, float]:
    names = [f"{word}{end}" for word in ("measured", "predicted") for end in ("", "_lower", "_upper")]
    return {**dict.fromkeys(names, math.nan), **given}


def test_a_residual_is_in_standard_deviations_of_the_sides_that_face() -> None:
    both = row(measured=10, measured_lower=0, measured_upper=13, predicted=15, predicted_lower=11, predicted_upper=90)
    assert residual(both) == pytest.approx(1.959964)
    assert residual(row(measured=10, measured_lower=9, measured_upper=11, predicted=8)) == pytest.approx(-2 * 1.959964)


def test_without_any_interval_a_residual_cannot_be_said() -> None:
    assert math.isnan(residual(row(measured=10, predicted=8)))
    assert math.isnan(residual(row(measured=10, measured_lower=10, measured_upper=10, predicted=8)))


def test_what_parameters_were_fitted_to_is_calibrated() -> None:
    table = load_parameters("Wu2025").table("NaK50")
    assert status_of("stripping.specific_capacity_at_1_V", table)[0] == "calibrated"
    assert "Sodium transport coefficient" in status_of("stripping.specific_capacity_at_1_V", table)[1]
    assert status_of("ccd.critical_current_density", table)[0] == "calibrated"
    assert status_of("circuit.first_R0", None) == ("predicted", "no parameter was fitted to numbers of this kind")


def test_people_read_the_capacity_per_mass_and_no_number_twice() -> None:
    names = [
        "stripping.charge_at_1_V",
        "stripping.specific_capacity_at_1_V",
        "circuit.first_R1",
        "circuit.first_R1_area_specific",
    ]
    told = told_numbers(xr.Dataset({"name": ("number", np.array(names))}))
    assert told == ("stripping_specific_capacity_at_1_V", "circuit_first_R1")


def influence(at_lower: list[float], at_upper: list[float]) -> xr.Dataset:
    count = len(at_lower)
    return xr.Dataset(
        {
            "parameter": ("parameter", np.array([f"p{k}" for k in range(count)])),
            "name": ("number", np.array(["stripping.charge_at_1_V"])),
            "charge": ("number", np.array([10.0])),
            "at_lower": (("parameter", "number"), np.array(at_lower)[:, None]),
            "at_upper": (("parameter", "number"), np.array(at_upper)[:, None]),
        }
    )


def test_changes_by_parameters_add_in_quadrature_side_by_side() -> None:
    found = interval_of(influence([7.0, 6.0, np.nan], [10.0, 12.0, 10.0]))["stripping.charge_at_1_V"]
    assert found == pytest.approx((0.5, 1.2))


def test_a_crossing_lies_on_the_line_between_two_rows() -> None:
    assert first_crossing(np.array([0.0, 1.0, 2.0]), np.array([0.0, 0.0, 2.0]), 1.0) == pytest.approx(1.5)
    assert math.isnan(first_crossing(np.array([0.0, 1.0]), np.array([0.0, 0.5]), 1.0))


def test_rests_and_spectra_melt_into_one_rest() -> None:
    protocol = Protocol.from_text(
        [
            "Strip at 1 mA cm-2 for 1 h",
            "Rest for 10 s",
            "Impedance from 1 kHz to 1 Hz",
            "Rest for 5 s",
            "Strip at 1 mA cm-2 until 1 V",
        ]
    )
    melted = without_spectra(protocol)
    assert [step.kind for step in melted.steps] == ["strip", "rest", "strip"]
    assert (melted.steps[1].duration or 0) > 18
    assert step_places(protocol, 0, 4) == (0, 2)


def test_the_block_refuses_what_it_does_not_know() -> None:
    with pytest.raises(StudyError, match="did you mean 'parameters'"):
        CellModel.of(parameter="Wu2025")
    with pytest.raises(StudyError, match="cutoffs"):
        CellModel.of(cutoffs=["1 mA"])
