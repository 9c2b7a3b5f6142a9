from __future__ import annotations

from importlib import resources

import pytest

from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.foundation.sources import Trust, cite
from alkanode.thermo import load_assessment, parse_assessment, stripping_path


@pytest.fixture(scope="module")
def text() -> str:
    """The shipped K-Na with the functions of the pure elements written out."""
    folder = resources.files("alkanode.thermo.assessment").joinpath("shipped")
    pure = folder.joinpath("sgte_unary.yaml").read_text(encoding="utf-8")
    return folder.joinpath("k_na.yaml").read_text(encoding="utf-8").replace("unaries: sgte_unary.yaml", pure)


def test_label_names_the_recalled_observations() -> None:
    label = load_assessment("Na-K").label
    assert label.startswith("computed from assessment 'alkanode-fit K-Na' (fitted;")
    assert "peritectic" in label
    assert "mixing heat" in label
    assert "recalled, unverified" in label


def test_weakest_trust_is_that_of_a_fitted_observation() -> None:
    assert load_assessment().weakest_trust is Trust.RECALLED


def test_label_follows_the_data(text: str) -> None:
    without_recalled = parse_assessment(text.replace("trust: recalled", "trust: stated"))
    assert without_recalled.weakest_trust is Trust.FITTED
    assert without_recalled.label == "computed from assessment 'alkanode-fit K-Na' (fitted)"


def test_unfitted_observations_do_not_weaken_the_label(text: str) -> None:
    assumed = parse_assessment(text.replace("in_fit: false, trust: read", "in_fit: false, trust: assumed"))
    assert assumed.weakest_trust is Trust.RECALLED


def test_every_coefficient_and_observation_has_unit_and_label() -> None:
    data = load_assessment()
    assert all(entry.unit and entry.source for entry in data.coefficients)
    assert sum(entry.in_fit for entry in data.observations) == 12
    fitted = [c for c in data.coefficients if c.in_fit]
    assert sum(1 + (c.slope != 0) for c in fitted) == 7  # type: ignore[union-attr]


def test_results_can_be_cited() -> None:
    assert "@misc{AlkanodeFit" in cite(stripping_path("NaK50"))


def test_one_object_per_system() -> None:
    assert load_assessment("K-Na") is load_assessment("Na-K")


@pytest.mark.parametrize("system", ["Li-Cs", "Na", "NaK", "", "Na-K-Li-Cs"])
def test_unknown_system(system: str) -> None:
    with pytest.raises(PhysicsError, match="shipped assessment"):
        load_assessment(system)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("gas_constant:", "gas_konstant:"),
        ('"T**7"', '"T**8"'),
        ("trust: fitted", "trust: sure"),
        ("{phase: bcc_A2, order: 0", "{phase: hcp_A3, order: 0"),
        ("source: LibreCalphadUnary", "source: Nobody1900"),
        ("elements: [K, Na]", "elements: [K]"),
        ("constant: 2931.042", "constant: many"),
        ("  - element: Na\n    phase: liquid", "  - element: Na\n    phase: bcc_A2"),
        ("phases:", "phases: ["),
    ],
)
def test_broken_files_are_refused(text: str, old: str, new: str) -> None:
    assert old in text
    with pytest.raises(SchemaError, match=r"broken\.yaml"):
        parse_assessment(text.replace(old, new), origin="broken.yaml")
