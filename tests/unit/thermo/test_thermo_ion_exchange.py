from __future__ import annotations

import numpy as np
import pytest

from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Trust
from alkanode.thermo import Electrolyte, SolubilityProduct, exchange_estimates, ion_exchange

CELL = {"ions": {"Na+": "1 mol L-1"}, "electrolyte_volume": "50 uL", "mass": "2.8 mg"}


def test_record_states_what_it_is() -> None:
    record = ion_exchange("Na50K50", "PC", **CELL, draws=20)
    check(record, "ion_exchange")
    assert record.attrs["plated"] == "Na"
    assert record.attrs["dissolved"] == "K"
    assert record.attrs["salt"] == ""
    assert "activity coefficients of 1 assumed" in record.attrs["label"]
    assert "Friedman1966" in record.attrs["sources"]
    assert record.driving_potential.attrs["display_unit"] == "mV"


def test_ends_of_the_path() -> None:
    record = ion_exchange("Na50K50", "water", **CELL, points=11, draws=0)
    assert record.extent.values[0] == 0
    assert record.extent.values[-1] == pytest.approx(record.largest_extent.item())
    assert record.driving_potential.values[0] == np.inf
    assert record.driving_potential.values[-1] == -np.inf
    assert record.sizes["point"] == 12
    at_rest = np.isclose(record.extent, record.equilibrium_extent, rtol=0, atol=1e-15)
    assert abs(record.driving_potential.values[at_rest]) == pytest.approx([0], abs=1e-6)


def test_what_is_used_up_decides_the_largest_extent() -> None:
    scarce = ion_exchange("Na50K50", "water", ions=CELL["ions"], electrolyte_volume="5 uL", mass="2.8 mg", draws=0)
    ample = ion_exchange("Na50K50", "water", **CELL, draws=0)
    moles = 2.8e-6 / 31.044e-3
    assert scarce.largest_extent.item() == pytest.approx(5e-6 / moles, rel=1e-4)
    assert ample.largest_extent.item() == pytest.approx(0.5)


def test_the_direction_is_found() -> None:
    forward = ion_exchange("Na50K50", "water", **CELL, metals=("K", "Na"), draws=0)
    assert forward.attrs["plated"] == "Na"
    nobler = Electrolyte.from_potentials("mine", Na=-2.9, K=-2.6)
    both = {"Na+": 1.0, "K+": 1000.0}
    record = ion_exchange("Na50K50", nobler, ions=both, electrolyte_volume="50 uL", mass="2.8 mg", draws=0)
    assert record.attrs["plated"] == "K"
    assert record.mole_fraction.sel(element="K").values[-1] > 0.9


def test_intervals_follow_the_standard_potentials() -> None:
    mine = Electrolyte.from_potentials("mine", scale="Na", Na=0.0, K=-0.05, uncertainty=0.01)
    record = ion_exchange("Na50K50", mine, **CELL, draws=400)
    low, high = record.equilibrium_constant_interval.values
    thermal = 8.314462618 * 298.15 / 96485.33212
    assert np.log(high / low) == pytest.approx(2 * 1.96 * 0.01 / thermal, rel=0.15)
    low, high = record.equilibrium_extent_interval.values
    assert low < record.equilibrium_extent.item() < high
    again = ion_exchange("Na50K50", mine, **CELL, draws=400)
    assert again.equilibrium_extent_interval.values == pytest.approx([low, high], abs=0)


def test_intervals_follow_the_solubility_product() -> None:
    def width(factor: float) -> float:
        salt = SolubilityProduct(
            salt="KClO4", cation="K+", anion="ClO4-", product=1e-3, factor=factor, source="", trust=Trust.GIVEN
        )
        mine = Electrolyte.from_potentials("mine", scale="Na", K=0.1).with_salt(salt)
        ions = {"Na+": 1000.0, "ClO4-": 1000.0}
        record = ion_exchange("Na50K50", mine, ions=ions, electrolyte_volume="50 uL", mass="2.8 mg", draws=60)
        return float(np.ptp(record.equilibrium_extent_interval.values))

    assert width(3.0) > 5 * width(1.0)


def test_estimates() -> None:
    found = exchange_estimates(ion_exchange("Na50K50", "water", **CELL, draws=40))
    assert found["largest_extent"].interval is None
    ratio = found["balance_activity_ratio"]
    assert ratio.value == pytest.approx(3300, rel=0.01)
    assert ratio.interval is not None
    assert "interval covers standard potentials, solubility product and assessment" in ratio.label


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ions": {}}, "ions of K\\+ or Na\\+"),
        ({"ions": {"K+": 0.0}}, "ions of K\\+ or Na\\+"),
        ({"ions": {"Na+": -1.0}}, "from 0 to 100000"),
        ({"ions": {"Na+": 1e6}}, "write '1 mol L-1'"),
        ({"mass": "1 pg", "electrolyte_volume": "1 L"}, "ions for each atom"),
        ({"ions": {"PF6-": 1.0}}, "Known: ClO4-, K\\+, Na\\+"),
        ({"mass": 0.0}, "above 0"),
        ({"electrolyte_volume": "-1 uL"}, "above 0"),
        ({"activity_coefficient": 0.0}, "coefficient above 0"),
        ({"metals": ("Na", "Na")}, "two metals"),
        ({"metals": ("Na", "Li", "K")}, "two metals"),
        ({"electrolyte": "NASICON"}, "carries K"),
        ({"electrolyte": "EC/DMC"}, "standard potential"),
        ({"alloy": "Na"}, "two metals"),
        ({"points": 1}, "2 points"),
        ({"temperature": [290.0, 300.0]}, "one temperature"),
    ],
)
def test_broken_input(changes: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {"alloy": "Na50K50", "electrolyte": "water", **CELL, "draws": 0, **changes}
    with pytest.raises(PhysicsError, match=message):
        ion_exchange(**arguments)  # type: ignore[arg-type]
