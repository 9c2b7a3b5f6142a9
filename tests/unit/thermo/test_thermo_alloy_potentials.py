from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, ExtrapolationWarning, PhysicsError
from alkanode.materials import Alloy, Composition
from alkanode.thermo import Electrolyte, alloy_potentials, electrode_potential, potential_estimates

ROOM = 298.15
THERMAL = 8.314462618 * ROOM / 96485.33212


def millivolts(record: xr.Dataset, field: str, element: str) -> np.ndarray:
    values: np.ndarray = 1e3 * record[field].sel(element=element).to_numpy()
    return values


def test_record_states_what_it_is() -> None:
    record = alloy_potentials("Na50K50", "PC", draws=20)
    check(record, "alloy_potentials")
    assert record.alloy.item() == "Na50K50"
    assert record.attrs["reference"] == "Na"
    assert record.attrs["electrolyte"] == "PC"
    assert record.attrs["draws"] == 20
    assert "standard potentials in PC (K computed)" in record.attrs["label"]
    assert {"Friedman1966", "AlkanodeFit"} <= set(record.attrs["sources"].split())
    assert record.potential_in_electrolyte.attrs["units"] == "V"
    assert record.electrode_potential_assessment_interval.attrs["display_unit"] == "mV"


def test_ways_to_name_the_same_alloy() -> None:
    expected = alloy_potentials(0.5, draws=0).electrode_potential.values
    for same in ("Na50K50", Alloy.from_mole_fractions(Na=0.5, K=0.5), Composition.from_mole_fractions(Na=0.5, K=0.5)):
        assert alloy_potentials(same, draws=0).electrode_potential.values == pytest.approx(expected)
    both = alloy_potentials([[0.5, 0.5]], draws=0)
    assert both.electrode_potential.values == pytest.approx(expected)
    labelled = xr.DataArray([[0.25, 0.75]], dims=("composition", "element"), coords={"element": ["Na", "K"]})
    assert alloy_potentials(labelled, draws=0).mole_fraction.sel(element="Na").item() == 0.25


def test_the_system_follows_from_the_alloys() -> None:
    assert alloy_potentials(["Na", "K"], draws=0).attrs["system"] == "Na-K"
    assert list(alloy_potentials("Li", temperature="80 degC", draws=0).element.values) == ["Li", "Na"]
    assert alloy_potentials("Li10Na90", temperature="300 degC", draws=0).attrs["system"] == "Li-Na"
    three = alloy_potentials(["Na50K50", "Li1Na49K50"], draws=0)
    assert list(three.element.values) == ["K", "Li", "Na"]
    assert millivolts(three, "electrode_potential", "Li")[0] == np.inf


def test_pure_metals_are_their_own_zero() -> None:
    record = alloy_potentials(["Na", "K"], "water", draws=0)
    assert millivolts(record, "electrode_potential", "Na") == pytest.approx([0, np.inf])
    assert millivolts(record, "potential_in_electrolyte", "Na")[0] == 0
    assert millivolts(record, "potential_in_electrolyte", "K")[1] == pytest.approx(-213.3, abs=0.1)
    assert list(record.oxidised_first.values) == ["", ""]
    assert np.isnan(record.oxidation_margin).all()


def test_against_its_own_metal_the_electrolyte_does_not_matter() -> None:
    for activity in ({}, {"Na+": 0.01}, {"Na+": 0.01, "K+": 30.0}):
        record = alloy_potentials("Na30K70", "water", ion_activity=activity, reference="Na", draws=0)
        assert millivolts(record, "potential_in_electrolyte", "Na") == pytest.approx(
            millivolts(record, "electrode_potential", "Na"), abs=1e-9
        )


def test_a_tenfold_activity_is_a_nernst_step() -> None:
    one = alloy_potentials("Na50K50", "water", draws=0)
    ten = alloy_potentials("Na50K50", "water", ion_activity={"K+": 0.1}, draws=0)
    step = millivolts(ten, "potential_in_electrolyte", "K") - millivolts(one, "potential_in_electrolyte", "K")
    assert step == pytest.approx(-1e3 * THERMAL * np.log(10), abs=1e-9)


def test_references_differ_by_a_constant() -> None:
    found = {
        reference: alloy_potentials("Na50K50", "water", reference=reference, draws=0)
        for reference in ("Na", "K", "Li", "SHE")
    }
    margins = [record.oxidation_margin.item() for record in found.values()]
    assert margins == pytest.approx([margins[0]] * 4, abs=1e-12)
    assert millivolts(found["SHE"], "potential_in_electrolyte", "K") == pytest.approx(-2927.5 + 9.6, abs=0.1)
    assert found["K"].standard_potential.sel(element="K").item() == 0


def test_a_salt_holds_the_potential_of_potassium_down() -> None:
    free = alloy_potentials("Na50K50", "PC", draws=0)
    with pytest.warns(DataQualityWarning, match="KClO4 limits the activity of K"):
        capped = alloy_potentials("Na50K50", "PC", ion_activity={"ClO4-": 1.0}, draws=0)
    assert capped.ion_activity.sel(element="K").item() == pytest.approx(4.4e-5)
    assert capped.ion_activity.sel(element="Na").item() == 1
    assert "K+ limited by KClO4 (solubility product assumed)" in capped.attrs["label"]
    assert capped.attrs["trust"] == "assumed"
    widths = [np.ptp(record.oxidation_margin_interval.values) / 2 / 1.96 for record in (free, capped)]
    assert widths == pytest.approx([0.03, np.hypot(0.03, THERMAL * np.log(2.5))])
    assert capped.oxidation_margin.item() - free.oxidation_margin.item() == pytest.approx(-THERMAL * np.log(4.4e-5))


def test_a_single_ion_conductor_gives_one_potential() -> None:
    record = alloy_potentials("Na50K50", "NASICON", draws=0)
    assert millivolts(record, "potential_in_electrolyte", "Na") == pytest.approx(4.4, abs=0.05)
    assert np.isnan(record.potential_in_electrolyte.sel(element="K")).all()
    assert record.oxidised_first.item() == ""


def test_intervals_hold_their_value() -> None:
    record = alloy_potentials([0.2, 0.5, 0.9], "water", draws=60)
    for name, interval in (
        ("electrode_potential", "electrode_potential_interval"),
        ("electrode_potential", "electrode_potential_assessment_interval"),
        ("potential_in_electrolyte", "potential_in_electrolyte_interval"),
        ("oxidation_margin", "oxidation_margin_interval"),
    ):
        low, high = record[interval].sel(bound="lower"), record[interval].sel(bound="upper")
        assert (low <= record[name] + 1e-9).all(), interval
        assert (high >= record[name] - 1e-9).all(), interval
    width = record.electrode_potential_assessment_interval.diff("bound").sel(element="K").to_numpy()
    assert (width > 1e-4).any()
    assert (width < 5e-3).all()


def test_the_interval_grows_with_the_standard_potentials() -> None:
    def width(uncertainty: float) -> float:
        mine = Electrolyte.from_potentials("mine", Na=-2.7, K=-2.9, uncertainty=uncertainty)
        found = alloy_potentials("Na50K50", mine, draws=40)
        return found.oxidation_margin_interval.diff("bound").item()

    assert width(0.02) == pytest.approx(2 * 1.96 * 0.02 * np.sqrt(2), rel=0.01)
    assert width(0.0) < 0.005


def test_an_uncertain_order_is_told() -> None:
    close = Electrolyte.from_potentials("close", scale="Na", Na=0.0, K=-0.01, uncertainty=0.02)
    record = alloy_potentials("Na50K50", close, draws=0)
    assert record.oxidation_margin.item() > 0
    assert record.oxidation_margin_interval.sel(bound="lower").item() < 0


def test_without_draws_there_is_no_assessment_interval() -> None:
    assert "electrode_potential_assessment_interval" not in alloy_potentials("Na50K50", draws=0)


def test_estimates() -> None:
    found = potential_estimates(alloy_potentials("Na50K50", "water", draws=40))
    assert set(found) == {
        "electrode_potential_K",
        "electrode_potential_Na",
        "potential_in_electrolyte_K",
        "potential_in_electrolyte_Na",
        "oxidation_margin",
    }
    margin = found["oxidation_margin"]
    assert margin.value == pytest.approx(0.208, abs=0.001)
    assert margin.interval is not None
    assert margin.interval[0] < 0.208 < margin.interval[1]
    assert margin.label.startswith("K is oxidised first; computed from assessment")
    assert "standard potentials" not in found["electrode_potential_K"].label
    assert (
        "temperature uncertainty of 2 K"
        in potential_estimates(alloy_potentials("Na", draws=0))["electrode_potential_Na"].label
    )
    with pytest.raises(PhysicsError, match="one alloy"):
        potential_estimates(alloy_potentials([0.1, 0.2], draws=0))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"alloy": [0.5, -0.1]}, "from 0 to 1"),
        ({"alloy": [0.5, np.nan]}, "from 0 to 1"),
        ({"alloy": [[0.5, 0.6]]}, "sum to 1"),
        ({"alloy": [[0.2, 0.3, 0.5]]}, "2 elements"),
        ({"alloy": []}, "empty"),
        ({"alloy": "Na50C50"}, "assessment"),
        ({"alloy": object()}, "alloy names or mole fractions"),
        ({"alloy": 0.5, "reference": "Na"}, "need an electrolyte"),
        ({"alloy": 0.5, "ion_activity": {"Na+": 1.0}}, "need an electrolyte"),
        ({"alloy": 0.5, "electrolyte": "PC", "reference": "SHE"}, "nothing links"),
        ({"alloy": 0.5, "electrolyte": "PC", "reference": "Cs"}, "standard potential of Cs"),
        ({"alloy": 0.5, "electrolyte": "PC", "ion_activity": {"Cs+": 1.0}}, "Known: K"),
        ({"alloy": 0.5, "electrolyte": "PC", "ion_activity": {"K+": 0.0}}, "above 0"),
        ({"alloy": 0.5, "electrolyte": "EC/DMC"}, "State yours"),
        ({"alloy": 0.5, "electrolyte": "NASICON", "reference": "K"}, "standard potential of K"),
        ({"alloy": 0.5, "temperature": [298.0, 299.0]}, "one temperature"),
        ({"alloy": 0.5, "draws": -1}, "0 draws or more than 19"),
        ({"alloy": "Li10Na90", "system": "Na-K"}, "Li"),
    ],
)
def test_broken_input(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(PhysicsError, match=message):
        alloy_potentials(**arguments)  # type: ignore[arg-type]


def test_far_from_room_temperature_the_standard_potentials_are_extrapolated() -> None:
    with pytest.warns(ExtrapolationWarning, match="standard potentials in PC"):
        alloy_potentials("Na50K50", "PC", temperature="60 degC", draws=0)


def test_potential_of_one_metal_agrees_with_all() -> None:
    record = alloy_potentials([0.1, 0.5, 0.95], temperature="30 degC", draws=0)
    for ion in ("Na+", "K+"):
        one = electrode_potential("30 degC", [0.1, 0.5, 0.95], ion)
        assert record.electrode_potential.sel(element=ion[:-1]).values == pytest.approx(one, abs=1e-12)


def test_potential_of_lithium_in_every_system() -> None:
    alloy = Alloy.from_mole_fractions(Li=0.001, Na=0.4, K=0.599)
    three = electrode_potential("25 degC", alloy, "Li+")
    assert three == pytest.approx(electrode_potential("25 degC", [[0.599, 0.001, 0.4]], "Li+", system="Li-Na-K")[0])
    assert 0 <= float(three) < 1e-4
    two = electrode_potential("300 degC", 0.99, "Li+", system="Li-Na")
    assert two.shape == ()
    assert float(two) > 0
    with pytest.raises(PhysicsError, match="last axis"):
        electrode_potential("25 degC", 0.5, "Li+", system="Li-Na-K")
    with pytest.raises(PhysicsError, match="working ion"):
        electrode_potential("25 degC", 0.5, "Li+")
