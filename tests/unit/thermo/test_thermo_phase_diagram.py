from __future__ import annotations

import numpy as np
import pytest

from alkanode.foundation.errors import PhysicsError
from alkanode.thermo import liquid_window, phase_diagram


def test_lines_and_invariants() -> None:
    diagram = phase_diagram("Na-K", (240.0, 380.0), points=50)
    assert diagram.sizes["line"] == 16
    assert diagram.sizes["point"] == 50
    assert np.isfinite(diagram.mole_fraction).all()
    assert diagram.invariant_kind.values.tolist() == ["eutectic", "peritectic", "melting", "melting"]
    eutectic = diagram.isel(invariant=0)
    assert eutectic.invariant_phase.values.tolist() == ["bcc_K", "liquid", "Na2K"]
    assert eutectic.invariant_mole_fraction.values == pytest.approx([0.9352, 0.6797, 1 / 3], abs=1e-4)
    assert diagram.invariant_temperature.attrs["display_unit"] == "degC"


def test_lines_start_and_end_at_the_invariants() -> None:
    diagram = phase_diagram("Na-K", (240.0, 380.0), points=3)
    liquidus = diagram.isel(line=np.flatnonzero((diagram.phase == "liquid") & (diagram.other_phase == "bcc_K")))
    ends = liquidus.mole_fraction.values
    assert ends.min() == pytest.approx(1 - 0.320287, abs=1e-5)
    assert ends.max() == 1
    assert set(liquidus.boundary.values.tolist()) == {"liquidus"}


def test_liquidus_is_that_of_the_window() -> None:
    diagram = phase_diagram("Na-K", (290.0, 310.0), points=3)
    liquidus = diagram.isel(line=np.flatnonzero(diagram.boundary == "liquidus")).mass_fraction.values[:, 1]
    window = liquid_window("Na-K", 300.0).mass_fraction.values[0]
    assert sorted(liquidus) == pytest.approx(window.tolist())


def test_the_compound_is_a_vertical_line() -> None:
    diagram = phase_diagram("Na-K", (245.0, 275.0))
    compound = diagram.isel(line=np.flatnonzero(diagram.boundary == "compound"))
    assert np.allclose(compound.mole_fraction, 1 / 3, rtol=0, atol=1e-12)
    assert phase_diagram("Na-K", (245.0, 275.0), suspend=("Na2K",)).phase.isin("Na2K").sum() == 0


@pytest.mark.parametrize("limits", [(300.0, 300.0), (310.0, 290.0), (100.0, 300.0), ("400 K", "500 K")])
def test_broken_ranges(limits: tuple[float | str, float | str]) -> None:
    with pytest.raises(PhysicsError):
        phase_diagram("Na-K", limits)


def test_a_range_without_invariants() -> None:
    diagram = phase_diagram("Na-K", ("20 degC", "25 degC"))
    assert diagram.sizes["invariant"] == 0
    assert diagram.sizes["line"] == 4
