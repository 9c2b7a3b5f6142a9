from __future__ import annotations

import numpy as np
import pytest

from alkanode.foundation.errors import ExtrapolationWarning, PhysicsError
from alkanode.thermo import gibbs_curves, gibbs_energy, tie_line_table


def test_curves_and_tangents_at_room_temperature() -> None:
    curves = gibbs_curves("25 degC")
    assert curves.attrs["kind"] == "gibbs_curves"
    assert curves.attrs["temperature"] == 298.15
    assert curves.phase.values.tolist() == ["liquid", "bcc_A2", "Na2K"]
    x = 1 - curves.mole_fraction.values
    assert (np.diff(x) > 0).all()
    assert curves.gibbs_energy.sel(phase="liquid").values == pytest.approx(gibbs_energy("25 degC", x), abs=1e-9)
    assert curves.tangent_phase.values.tolist() == [["bcc_K", "liquid"], ["liquid", "bcc_Na"]]
    table = tie_line_table("25 degC").isel(temperature=0)
    assert curves.tangent_mole_fraction.values == pytest.approx(table.mole_fraction.values)
    assert curves.tangent_gibbs_energy.attrs["units"] == "J mol-1"
    assert curves.mole_fraction.attrs["element"] == "K"


def test_a_compound_is_a_point() -> None:
    compound = gibbs_curves(250.0).gibbs_energy.sel(phase="Na2K").to_numpy()
    assert np.isfinite(compound).sum() == 1
    assert np.isfinite(gibbs_curves(250.0, points=31).gibbs_energy.sel(phase="Na2K")).sum() == 1


@pytest.mark.parametrize(("system", "temperature"), [("Na-K", 250.0), ("Li-Na", 448.0), ("Li-K", 300.0)])
def test_tangents_touch_the_curves_and_nothing_lies_below(system: str, temperature: float) -> None:
    curves = gibbs_curves(temperature, system, points=201)
    x = curves.mole_fraction.values
    for place in range(curves.sizes["tangent"]):
        tangent = curves.isel(tangent=place)
        (x_a, x_b), (g_a, g_b) = tangent.tangent_mole_fraction.values, tangent.tangent_gibbs_energy.values
        line = g_a + (g_b - g_a) * (x - x_a) / (x_b - x_a)
        assert np.nanmin(curves.gibbs_energy.values - line) > -1e-3
        for end, energy in ((x_a, g_a), (x_b, g_b)):
            at = np.argmin(np.abs(x - end))
            assert np.nanmin(curves.gibbs_energy.values[:, at]) == pytest.approx(energy, abs=1e-6)


def test_one_phase_has_no_tangent() -> None:
    curves = gibbs_curves(400.0)
    assert curves.sizes["tangent"] == 0
    assert curves.tangent_phase.dtype.kind == "U"


def test_suspended_phases_are_left_out() -> None:
    curves = gibbs_curves(250.0, suspend=("Na2K",))
    assert curves.phase.values.tolist() == ["liquid", "bcc_A2"]
    assert "metastable without Na2K" in curves.attrs["label"]
    liquid = gibbs_curves(400.0, "Li-Na", suspend=("bcc_A2",))
    assert liquid.tangent_phase.values.tolist() == [["liquid_Li", "liquid_Na"]]


def test_broken_input() -> None:
    with pytest.raises(PhysicsError, match="one temperature"):
        gibbs_curves([300.0, 310.0])
    with pytest.raises(PhysicsError, match="3 points"):
        gibbs_curves(300.0, points=2)
    with pytest.raises(PhysicsError, match="two elements"):
        gibbs_curves(300.0, "Li-Na-K")
    with pytest.warns(ExtrapolationWarning):
        gibbs_curves(350.0, "Li-K")
