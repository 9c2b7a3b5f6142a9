"""``alkanode thermo``: every question by its command, the numbers in SI, and mistakes answered with what is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]

PARK = ("--alloy", "K0.95Na0.05", "--volume", "10 uL", "--diameter", "7.14 mm", "--areal-capacity", "3 mAh cm-2")


def test_the_window_of_every_binary(alkanode: Call) -> None:
    results = alkanode("thermo", "window", "--json").object["results"]
    assert results["fractions_of"] == "K"
    assert results["mass_fraction_lower"]["value"] == pytest.approx(0.407, abs=0.01)
    low, high = results["windows"][0]["mass_fraction_lower_assessment_interval"]
    assert low < results["mass_fraction_lower"]["value"] < high
    lithium = alkanode("thermo", "window", "Na-Li", "--temperature", "180 degC", "--json").object["results"]
    assert lithium["fractions_of"] == "Li"
    assert "monotectic" in [point["kind"] for point in lithium["invariants"]]


def test_two_liquids_are_told_of(alkanode: Call) -> None:
    said = alkanode("thermo", "window", "Li-Na", "--temperature", "180 degC")
    assert "splits in two" in said.out
    assert "splits in two" not in alkanode("thermo", "window", "Na-K").out


def test_windows_at_several_temperatures_narrow_as_it_cools(alkanode: Call) -> None:
    words = ("--temperature", "15 degC", "--temperature", "20 degC", "--temperature", "25 degC")
    windows = alkanode("thermo", "window", *words, "--json").object["results"]["windows"]
    assert [round(window["temperature_K"], 2) for window in windows] == [288.15, 293.15, 298.15]
    widths = [window["mole_fraction_upper"] - window["mole_fraction_lower"] for window in windows]
    assert widths == sorted(widths)


def test_the_lever_rule_of_two_electrodes(alkanode: Call) -> None:
    """Liquid of the semi-solid K-Na electrode as printed for 10 uL on 7.14 mm; the fit saw these numbers."""
    results = alkanode("thermo", "leverrule", *PARK, "--temperature", "21 degC", "--json").object["results"]
    electrodes = results["electrodes"]
    assert set(electrodes) == {"initial", "enriched", "depleted"}
    assert electrodes["enriched"]["liquid_fraction"] == pytest.approx(0.038, abs=0.02)
    assert electrodes["depleted"]["liquid_fraction"] == pytest.approx(0.20, abs=0.01)
    assert electrodes["initial"]["volume_m3"] == pytest.approx(1e-8)
    moved = 3 * 36e3 * math.pi * 3.57e-3**2 / 96485.33212
    gained = electrodes["enriched"]["amount_mol"] - electrodes["initial"]["amount_mol"]
    lost = electrodes["initial"]["amount_mol"] - electrodes["depleted"]["amount_mol"]
    assert gained == pytest.approx(moved, rel=1e-6)
    assert lost == pytest.approx(moved, rel=1e-6)
    for electrode in electrodes.values():
        assert sum(phase["phase_fraction"] for phase in electrode["phases"].values()) == pytest.approx(1)
        low, high = electrode["liquid_fraction_interval"]
        assert low < electrode["liquid_fraction"] < high


def test_sodium_plated_into_potassium_liquefies_it(alkanode: Call) -> None:
    results = alkanode("thermo", "path", "K", "--plate", "--thickness", "100 um", "--draws", "0", "--json").object[
        "results"
    ]
    assert [region["phases"] for region in results["regions"]] == [
        ["bcc_K"],
        ["liquid", "bcc_K"],
        ["liquid"],
        ["liquid", "bcc_Na"],
    ]
    ends = [(region["from_C_kg-1"], region["to_C_kg-1"]) for region in results["regions"]]
    assert [end for _, end in ends[:-1]] == [start for start, _ in ends[1:]]
    assert results["regions"][0]["thickness_m"][0] == pytest.approx(1e-4)
    assert ends[1][0] == pytest.approx(results["capacity_to_first_liquid"]["value"])


def test_carbon_stands_beside_temperature_and_assessment(alkanode: Call, tmp_path: Path) -> None:
    words = ("--mass", "4.3 mg", "--carbon-mass", "1.2 mg", "--kc8-extent", "0.5", "-o", tmp_path / "out")
    said = alkanode("thermo", "path", "NaK80", *words)
    assert "0.5 (stated)" in said.out
    assert "assumed bound in carbon" in said.out
    rows = (tmp_path / "out" / "tables" / "carbon.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 4
    assert (tmp_path / "out" / "figures" / "stripping_path.png").stat().st_size > 1000


def test_potentials_alone_and_in_an_electrolyte(alkanode: Call) -> None:
    alone = alkanode("thermo", "potential", "Na50K50", "--json").object["results"]
    assert alone["electrolyte"] is None
    assert alone["electrode_potential_Na"]["value"] == pytest.approx(4.4e-3, abs=2e-4)
    words = ("--standard-potential", "Na=-2.7 V", "--standard-potential", "K=-2900 mV", "--reference", "SHE")
    own = alkanode("thermo", "potential", "Na50K50", *words, "--json").object["results"]
    for metal, volts in (("Na", -2.7), ("K", -2.9)):
        alloyed = own["potentials"][0]["electrode_potential_V"][metal]
        assert own["potentials"][0]["potential_in_electrolyte_V"][metal] == pytest.approx(volts + alloyed)
    dilute = alkanode("thermo", "potential", "Na50K50", *words, "--activity", "K+=1e-3", "--json").object["results"]
    shift = [one["potentials"][0]["potential_in_electrolyte_V"]["K"] for one in (own, dilute)]
    assert shift[0] - shift[1] == pytest.approx(8.314462618 * 298.15 / 96485.33212 * 6.907755279, rel=1e-6)


def test_the_exchange_balances_atoms_and_ions(alkanode: Call) -> None:
    words = (
        "--electrolyte",
        "water",
        "--concentration",
        "Na+=1 mol L-1",
        "--electrolyte-volume",
        "10 uL",
        "--mass",
        "2.8 mg",
    )
    results = alkanode("thermo", "exchange", "Na50K50", *words, "--json").object["results"]
    assert (results["dissolved"], results["plated"]) == ("K", "Na")
    assert results["equilibrium_extent"]["value"] <= results["largest_extent"]["value"]


def test_the_section_holds_lithium_beside_its_liquid(alkanode: Call) -> None:
    results = alkanode("thermo", "section", "--temperature", "27 degC", "--alloy", "Li1Na49K50", "--json").object[
        "results"
    ]
    assert "liquid + bcc_Li" in results["fields"]
    assert len(results["tie_triangles"]) == 2
    phases = results["alloys"]["Li1Na49K50"]["phases"]
    assert set(phases) == {"liquid", "bcc_Li"}
    lithium = sum(phase["phase_fraction"] * phase["mole_fractions"]["Li"] for phase in phases.values())
    assert lithium == pytest.approx(0.01)


def test_a_thinner_film_lets_more_current_pass(alkanode: Call) -> None:
    currents = []
    for thickness in ("70 um", "35 um"):
        words = ("--thickness", thickness, "--diffusivity", "5e-5 cm2 s-1", "--json")
        results = alkanode("thermo", "film", "K0.68Na0.32", *words).object["results"]
        currents.append(results["limiting_current_density"]["value"])
    assert currents[1] == pytest.approx(2 * currents[0])
    assert currents[0] == pytest.approx(50, rel=0.2)


def test_what_an_assessment_rests_on_and_its_files(alkanode: Call, tmp_path: Path) -> None:
    words = ("--tdb", tmp_path / "nak.tdb", "--espei", tmp_path / "espei", "--held-out", "--json")
    said = alkanode("thermo", "assess", "Na-K", *words)
    results = said.object["results"]
    assert {one["fitted"] for one in results["observations"]} == {True, False}
    assert any(one["trust"] == "recalled, unverified" for one in results["observations"])
    assert {one["refit"] for one in results["held_out"]} >= {"tie line", "recalled"}
    assert "PHASE LIQUID" in (tmp_path / "nak.tdb").read_text(encoding="utf-8")
    assert list((tmp_path / "espei" / "datasets").glob("*.json"))
    assert "written to" in said.err


def test_properties_say_what_is_not_known(alkanode: Call) -> None:
    known = alkanode("thermo", "properties", "NaK50", "--temperature", "100 degC", "--json").object["results"]
    assert known["density_of_liquid"]["value"] == pytest.approx(880, abs=15)
    assert known["not_known"] == {}
    lithium = alkanode("thermo", "properties", "Li", "--temperature", "200 degC", "--json").object["results"]
    assert "viscosity" in lithium["not_known"]
    assert "viscosity" not in lithium


def test_suspended_phases_are_named(alkanode: Call) -> None:
    results = alkanode("thermo", "gibbs", "--temperature", "-5 degC", "--suspend", "Na2K", "--json").object["results"]
    phases = {phase for tangent in results["tangents"] for phase in tangent["phases"]}
    assert results["suspended"] == ["Na2K"]
    assert "Na2K" not in phases
    said = alkanode("thermo", "diagram", "--suspend", "Na2K")
    assert "metastable without Na2K" in said.out
    assert "peritectic temperature" not in said.out


def test_an_assessment_of_your_own(alkanode: Call, tmp_path: Path) -> None:
    from importlib import resources

    shipped = resources.files("alkanode.thermo.assessment").joinpath("shipped", "k_na.yaml")
    own = tmp_path / "own.yaml"
    own.write_text(shipped.read_text(encoding="utf-8").replace("alkanode-fit K-Na", "my K-Na"), encoding="utf-8")
    said = alkanode("thermo", "window", "--assessment", own, "--json")
    assert "my K-Na" in said.object["results"]["mass_fraction_lower"]["label"]
    assert said.object["inputs"][0]["file"] == "own.yaml"


def test_a_database_of_your_own_gives_the_same_section(alkanode: Call, tmp_path: Path) -> None:
    words = ("--temperature", "27 degC", "--alloy", "Li1Na49K50", "--json")
    ours = alkanode("thermo", "section", *words).object["results"]
    assert alkanode("thermo", "assess", "Li-Na-K", "--tdb", tmp_path / "own.tdb").code == 0
    theirs = alkanode("thermo", "section", "Li-Na-K", "--tdb", tmp_path / "own.tdb", *words)
    assert theirs.object["inputs"][0]["file"] == "own.tdb"
    results = theirs.object["results"]
    assert len(results["tie_triangles"]) == len(ours["tie_triangles"])
    liquid = results["alloys"]["Li1Na49K50"]["phases"]["LIQUID"]["phase_fraction"]
    assert liquid == pytest.approx(ours["alloys"]["Li1Na49K50"]["phases"]["liquid"]["phase_fraction"], abs=1e-5)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["window", "NaK"], "Did you mean 'Na-K'?"),
        (["window", "Li-Nak"], "Did you mean"),
        (["window", "Na-Cs"], "Shipped: Na-K"),
        (["window", "Li-Na-K"], "a system of two elements"),
        (["window", "--suspend", "Na3K"], "Known: liquid, bcc_A2, Na2K"),
        (["window", "--assessment", "nowhere.yaml"], "nowhere.yaml"),
        (["windwo"], "Did you mean 'window'?"),
        (["path", "NaK50", "--ion", "Mg+"], "Mg"),
        (["path", "NaCs50"], "Known: Li"),
        (["path", "NaK50", "--thickness", "0 um"], "above 0"),
        (["path", "NaK50", "--volume", "10 uL"], "needs the area or the diameter"),
        (["path", "NaK50", "--volume", "10 uL", "--mass", "4 mg", "--area", "1 cm2"], "one of mass, volume"),
        (["path", "NaK50", "--kc8-extent", "0.5"], "needs --carbon-mass"),
        (["path", "NaK50", "--carbon-mass", "1 mg"], "needs --mass"),
        (["path", "NaK50", "--kc8-extent", "2"], "0<=x<=1"),
        (["leverrule", *PARK[:4]], "Missing option"),
        (["leverrule", *PARK, "--mass", "1 mg"], "one of mass, volume"),
        (["leverrule", *PARK[:-1], "30 mAh cm-2"], "Move less charge"),
        (["leverrule", *PARK[:-1], "3 mAh"], "another dimension"),
        (["potential", "NaK50", "--electrolyte", "watr"], "Shipped: water"),
        (["potential", "NaK50", "--reference", "Na"], "electrolyte"),
        (["potential", "NaK50", "--electrolyte", "water", "--activity", "K+"], "is not written as"),
        (["potential", "NaK50", "--electrolyte", "water", "--activity", "K+=much"], "is no number"),
        (["potential", "NaK50", "--electrolyte", "water", "--activity", "K+=-1"], "above 0"),
        (["potential", "NaK50", "--electrolyte", "water", "--activity", "Mg+=1"], "Known: "),
        (["potential", "NaK50", "--system", "Na-K"], "not both"),
        (
            ["exchange", "NaK50", "--concentration", "Na+=1 mol L-1", "--electrolyte-volume", "1 uL", "--mass", "1 mg"],
            "--electrolyte",
        ),
        (["film", "--thickness", "-70 um"], "thickness"),
        (["film", "LiNa50", "--thickness", "70 um"], "Na"),
        (["section", "Na-K"], "three"),
        (["section", "--tdb", "nowhere.tdb"], "nowhere.tdb"),
        (["section", "--tdb", "wrong.yaml"], "TDB"),
        (["section", "--phase", "LIQUID"], "--suspend"),
        (["section", "--temperature", "5000 K"], "200 to 1000 K"),
        (["properties", "CsK50"], "Known: Li"),
        (["gibbs", "--points", "1"], "x>=3"),
        (["assess", "--assessment", "wrong.yaml"], "wrong.yaml"),
    ],
)
def test_a_mistake_is_answered_with_what_is_known(
    alkanode: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.yaml").write_text("name: nothing\n", encoding="utf-8")
    said = alkanode("thermo", *words)
    assert said.code == 2
    assert says in said.err
    assert said.out == ""
