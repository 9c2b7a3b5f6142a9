"""Choosing with a model: cells under limits, and the experiment that tells variants apart."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("pybamm")

from alkanode.cell_models.alloy_anode.options import AlloyAnodeOptions
from alkanode.cli.model.design import read_limits, read_pulse
from alkanode.foundation.errors import StudyError
from alkanode.studies.design.design_part import design_part, next_experiment_part
from alkanode.studies.design.discrimination import Variant, next_experiment, separation_of
from alkanode.studies.design.experiments import EXPERIMENTS, Experiment
from alkanode.studies.design.search import Limits, design

COARSE = AlloyAnodeOptions(cells=12)


def test_slower_and_rested_strips_give_more_and_no_beaten_candidate_is_kept() -> None:
    found = design(
        alloys=("NaK65",),
        currents=("0.5 mA cm-2", "1 mA cm-2"),
        pulses=[("1 h", "1 h")],
        pressures=("1 MPa", "10 MPa"),
        options=COARSE,
    )
    capacity = found["areal_capacity"].to_numpy().reshape(2, 2, 2)  # pressure, current, pulse
    assert (capacity[:, 0] > capacity[:, 1]).all()
    assert (capacity[:, :, 1] > capacity[:, :, 0]).all()
    assert np.allclose(capacity[0], capacity[1])
    front = found["pareto"].to_numpy().reshape(2, 2, 2)
    assert not front[1].any()  # the same at more pressure
    assert front[0].any()
    at = found["pareto"].to_numpy()
    low, value, high = (found[f"areal_capacity{end}"].to_numpy()[at] for end in ("_lower", "", "_upper"))
    assert ((low < value) & (value < high)).all()
    assert np.isnan(found["areal_capacity_lower"].to_numpy()[~at]).all()
    part = design_part(found)
    assert len(part.tables["pareto"].rows) == int(at.sum())


def test_limits_shorten_a_strip_or_rule_a_cell_out() -> None:
    free, contact, much = (
        design(alloys=("NaK50",), currents=("1 mA cm-2",), limits=limits, options=COARSE)
        for limits in (Limits(), Limits(contact=0.5), Limits(areal_capacity=1e7))
    )
    assert float(contact["areal_capacity"][0]) < 0.95 * float(free["areal_capacity"][0])
    assert not bool(much["pareto"][0])
    assert "least areal capacity" in str(much["reason"].to_numpy()[0])


def test_a_posterior_gives_the_interval() -> None:
    draws = [{"Sodium transport coefficient": value} for value in (0.8e-12, 1.0e-12, 1.3e-12)]
    found = design(alloys=("NaK50",), currents=("1 mA cm-2",), posterior=draws, options=COARSE)
    value = float(found["areal_capacity"][0])
    assert 0.8 * value < float(found["areal_capacity_lower"][0]) < value < float(found["areal_capacity_upper"][0])
    assert "3 draws" in found.attrs["interval_from"]


def test_a_cell_that_cannot_be_made_says_why() -> None:
    found = design(alloys=("NaK50",), alloy_volumes=("5 uL", "50 uL"), currents=("1 mA cm-2",), options=COARSE)
    assert np.isnan(float(found["areal_capacity"][1]))
    assert "fits into the pores" in str(found["reason"].to_numpy()[1])
    with pytest.raises(StudyError, match="cells that can be made"):
        design(alloys=("NaK50",), alloy_volumes=("50 uL",), currents=("1 mA cm-2",))


def test_a_common_factor_separates_nothing() -> None:
    first = np.array([1.0, 2.0, 3.0])
    assert separation_of(first, 7 * first, 0.1) == pytest.approx(0, abs=1e-12)
    assert separation_of(np.array([1.0, 1.0]), np.array([1.0, np.e]), 0.5) == pytest.approx(np.sqrt(2))
    assert np.isnan(separation_of(np.array([0.0, 1.0]), first[:2], 0.1))


def test_half_cycle_times_tell_transport_laws_apart_and_pressure_does_not() -> None:
    variants = [
        Variant(name="diffusion", options=COARSE),
        Variant(name="drainage", options=AlloyAnodeOptions(cells=12, transport="film drainage")),
    ]
    times, _, _, pressure = EXPERIMENTS
    record = next_experiment(variants, [pressure, times])
    assert record["experiment"].to_numpy().tolist() == [times.name, pressure.name]
    assert float(record["separation"][0, 0]) > 3
    assert float(record["separation"][1, 0]) < 0.1
    part = next_experiment_part(record)
    assert part.findings[0].startswith(f"Next: {times.name}.")


def test_an_experiment_that_a_variant_cannot_do_is_named() -> None:
    def broken(make: object) -> np.ndarray:
        raise StudyError("an experiment", found="none")

    variants = [Variant(name="one", options=COARSE), Variant(name="two", options=COARSE)]
    record = next_experiment(variants, [Experiment(name="broken", outcome=broken, relative_error=0.1)])
    assert np.isnan(record["separation"].to_numpy()).all()
    assert "broken: one" in record.attrs["failed"]
    with pytest.raises(StudyError, match="different names"):
        next_experiment([variants[0], variants[0]])


def test_words_of_the_command_line() -> None:
    assert read_limits("1.5 V, 2 mAh cm-2, contact 0.2") == pytest.approx(
        {"voltage": 1.5, "areal_capacity": 7.2e4, "contact": 0.2}
    )
    assert read_pulse("1 h, 10 min") == ("1 h", "10 min")
    for text in ("2 kg", "contact much"):
        with pytest.raises(StudyError, match="a limit is"):
            read_limits(text)
    with pytest.raises(StudyError, match="a pulse is"):
        read_pulse("1 h")
    with pytest.raises(StudyError, match="positive voltage"):
        Limits(voltage=-1)
