"""The part of a study on relaxation times: its options reach the inversion, and its limits reach the reader."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.impedance import check_spectra
from alkanode.impedance.elements import resistor, zarc
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.relaxation import relaxation_part
from alkanode.virtual.synthetic_spectra import synthetic_spectra


@pytest.fixture(scope="module")
def checked() -> xr.Dataset:
    return check_spectra(synthetic_spectra("growing_interface", spectra=12)[0])


def test_a_chosen_lambda_brings_its_curve_and_a_sentence(checked: xr.Dataset) -> None:
    part = relaxation_part(checked, Impedance(regularisation="gcv"), area=None)
    lam = part.details["regularisation"]
    assert part.details["regularisation_method"] == "gcv"
    assert part.records["regularisation_curve"].attrs["regularisation"] == lam
    assert "regularisation" in part.figures
    assert any("chosen for the series by gcv" in sentence for sentence in part.findings)
    assert f"lambda = {lam:g}" in part.estimates["first_polarisation_in_window"].label
    plain = relaxation_part(checked, Impedance(), area=None)
    assert "regularisation_curve" not in plain.records
    assert plain.details["regularisation"] == 1e-3


def test_options_of_the_block_reach_the_inversion(checked: xr.Dataset) -> None:
    settings = Impedance(basis="gaussian", weights="modulus", penalty_order=2, free_sign=(0.01, 1.0))
    attrs = relaxation_part(checked, settings, area=None).records["relaxation_times"].attrs
    assert (attrs["basis"], attrs["weights"], attrs["penalty_order"]) == ("gaussian", "modulus", 2)
    assert attrs["free_sign"] == (0.01, 1.0)


def test_the_recipe_states_its_limit(checked: xr.Dataset) -> None:
    part = relaxation_part(checked, Impedance(preset="wu2025"), area=None)
    assert any("0.16 s" in sentence and "RelaxIS" in sentence for sentence in part.findings)


def test_an_open_end_of_the_window_is_a_finding() -> None:
    frequency = np.geomspace(1e6, 1, 55)
    z = resistor(frequency, 10) + zarc(frequency, 50, 1.0, 0.9)
    point = ("spectrum", "point")
    cut = check_spectra(xr.Dataset({"frequency": (point, frequency[None]), "impedance": (point, z[None])}))
    findings = relaxation_part(cut, Impedance(), area=None).findings
    assert any("has not fallen where the sweep ends" in sentence and "0.16 s" in sentence for sentence in findings)


def test_a_blocked_cell_has_a_resistance_before_its_tail() -> None:
    frequency = np.geomspace(7e6, 0.1, 70)
    tail = 1 / (2e-7 * (2j * np.pi * frequency) ** 0.88)
    z = resistor(frequency, 140) + zarc(frequency, 1300, 6e-8, 0.9) + tail
    point = ("spectrum", "point")
    record = check_spectra(xr.Dataset({"frequency": (point, frequency[None]), "impedance": (point, z[None])}))
    part = relaxation_part(record, Impedance(blocking=True), area=1e-4)
    estimate = part.estimates["first_resistance_before_tail"]
    assert estimate.value == pytest.approx(1440, rel=0.02)
    assert part.estimates["first_resistance_before_tail_area_specific"].value == pytest.approx(0.144, rel=0.02)
    assert "first_polarisation_in_window" not in part.estimates
    assert any("before the blocking tail" in sentence for sentence in part.findings)
