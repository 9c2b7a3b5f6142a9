from __future__ import annotations

import numpy as np
import pytest

from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError
from alkanode.thermo import chemical_potential, compare_chemical_potentials, ser_chemical_potential


def test_the_ser_scale_is_refused_with_the_reason() -> None:
    with pytest.raises(PhysicsError) as caught:
        compare_chemical_potentials("Na50K50", scale="SER")
    text = str(caught.value)
    for part in ("book-keeping", "K -19284", "Na -15295", "alloy_potentials"):
        assert part in text
    with pytest.raises(PhysicsError, match="Write 'pure metals'"):
        compare_chemical_potentials("Na50K50", scale="absolute")


def test_against_pure_metals_they_can_be_compared() -> None:
    record = compare_chemical_potentials(["Na30K70", "Na50K50"])
    check(record, "metal_stabilisation")
    for place, x in enumerate((0.3, 0.5)):
        for element in ("Na", "K"):
            ours = record.chemical_potential.isel(composition=place).sel(element=element).item()
            assert ours == pytest.approx(float(chemical_potential(element, 298.15, x)), abs=1e-6)
    assert list(record.more_stabilised.values) == ["Na", "K"]
    assert record.chemical_potential.attrs["units"] == "J mol-1"


def test_ser_values_of_one_element_differ_by_a_constant_from_the_others() -> None:
    x = [0.2, 0.5, 0.65]
    own = compare_chemical_potentials(x).chemical_potential.sel(element="K").to_numpy()
    raw = ser_chemical_potential("K", x)
    assert raw.to_numpy() - own == pytest.approx([-19284.34] * 3, abs=0.01)
    assert np.ptp(raw.to_numpy() - own) < 1e-9
    assert raw.attrs["scale"] == "SER"
    assert raw.attrs["units"] == "J mol-1"


@pytest.mark.parametrize("element", ["Li", "Na, K", ""])
def test_one_element_at_a_time(element: str) -> None:
    with pytest.raises(PhysicsError, match="one element of Na-K"):
        ser_chemical_potential(element, 0.5)


def test_one_temperature_at_a_time() -> None:
    with pytest.raises(PhysicsError, match="one temperature"):
        compare_chemical_potentials(0.5, temperature=[290.0, 300.0])
