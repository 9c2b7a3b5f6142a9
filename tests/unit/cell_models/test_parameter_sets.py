"""Parameter sets: what a number rests on, changes, files, tables."""

from __future__ import annotations

import pickle
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest
import yaml

from alkanode.cell_models.parameters import (
    CompositionTable,
    Parameter,
    load_parameters,
    parameter_set_names,
    read_parameters,
    reading,
)
from alkanode.data import check
from alkanode.foundation.errors import ExtrapolationWarning, SchemaError, StudyError
from alkanode.foundation.sources import Trust, bibliography
from alkanode.materials.alloys import Alloy

CONTACT = "Contact share of fresh interface"
SMALL = {
    "name": "Small",
    "title": "two numbers",
    "system": "Na | Na",
    "parameters": {
        "Length [m]": {
            "value": 1.0e-3,
            "role": "known",
            "trust": "stated",
            "source": "Wu2025",
            "interval": [5e-4, 2e-3],
        },
        "Share": {
            "by_potassium_mass_fraction": {0.5: 1.0, 0.8: 4.0},
            "role": "fitted",
            "trust": "fitted",
            "fitted_to": "x",
        },
    },
}


def changed(**entry: object) -> dict[str, object]:
    """A file whose first parameter is another."""
    return {**SMALL, "parameters": {"Length [m]": {**SMALL["parameters"]["Length [m]"], **entry}}}


@pytest.mark.parametrize("name", ["Wu2025", "Koh2024", "Park2021"])
def test_shipped_sets_say_what_every_number_rests_on(name: str) -> None:
    parameters = load_parameters(name)
    assert parameters.name == name
    assert name in parameter_set_names()
    for one in (parameters[key] for key in parameters):
        assert one.source in bibliography() or one.source == ""
        assert one.source or one.role != "known" or one.note, one.name
        assert one.role != "assumed" or one.trust is not Trust.STATED, one.name
        assert one.interval or one.relative_interval or one.note or one.role != "assumed", one.name


def test_numbers_of_the_cell_of_the_paper() -> None:
    values = load_parameters("Wu2025").values("NaK50")
    assert values["Electrode area [m2]"] == pytest.approx(np.pi * 3e-3**2, rel=1e-4)
    line = values["Counter void current [A.m-2]"] + values["Counter pressure slope [A.m-2.Pa-1]"] * np.array(
        [1e6, 10e6]
    )
    np.testing.assert_allclose(line, [13.0, 32.0], rtol=1e-3)  # 1.3 and 3.2 mA cm-2 at 1 and 10 MPa
    assert set(load_parameters("wu2025").values("NaK65")) == set(load_parameters("Wu2025"))


def test_a_value_by_composition_follows_the_alloy() -> None:
    share = load_parameters("Wu2025")[CONTACT]
    assert share.at("NaK50") == pytest.approx(1.2 / 3.2)
    assert share.at(Alloy.from_name("NaK65")) == pytest.approx(0.8 / 3.2)
    assert share.at("NaK80") < share.at("NaK70") < share.at("NaK65")
    with pytest.warns(ExtrapolationWarning, match="0.5 to 0.8"):
        assert share.at("NaK40") == share.at("NaK50")
    with pytest.raises(StudyError, match="no alloy"):
        share.at()
    with pytest.raises(StudyError, match="depends on the composition"):
        load_parameters("Wu2025").values()


def test_a_changed_number_is_the_users() -> None:
    parameters = load_parameters("Wu2025")
    thinner = parameters.replace({"cloth thickness": 1e-4})
    one = thinner["Cloth thickness [m]"]
    assert (one.value, one.trust, one.role, one.source, one.interval) == (1e-4, Trust.GIVEN, "known", "", None)
    assert "0.00025" in one.note
    assert parameters["Cloth thickness [m]"].value == 2.5e-4
    fitted = parameters.replace({CONTACT: 0.3}, role="fitted", fitted_to="my cells")[CONTACT]
    assert (fitted.at(), fitted.trust, fitted.fitted_to) == (0.3, Trust.FITTED, "my cells")
    extra = Parameter(name="New [s]", value=1.0, trust=Trust.GIVEN, role="assumed")
    assert parameters.replace({"New [s]": extra})["new"] is extra


@pytest.mark.parametrize("bad", [{"Cloth thicknes": 1e-4}, {"Cloth thickness": "thin"}, {"Cloth thickness": np.nan}])
def test_changes_that_cannot_be(bad: dict[str, object]) -> None:
    with pytest.raises(StudyError, match="Cloth thickness"):
        load_parameters("Wu2025").replace(bad)


def test_units_are_those_of_the_names() -> None:
    parameters = load_parameters("Wu2025")
    assert parameters["sodium transport coefficient"].unit == "m2 s-1"
    assert parameters["coating resistance"].unit == "ohm m2"
    assert parameters["cloth porosity"].unit == "1"
    assert "stack pressure" in parameters
    assert "weather" not in parameters
    assert 5 not in parameters


def test_the_table_is_a_record_with_sources() -> None:
    table = check(load_parameters("Wu2025").table("NaK65"), "parameter_table")
    row = table.sel(parameter=CONTACT)
    assert float(row["value"]) == pytest.approx(0.25)
    assert float(row["lower"]) == pytest.approx(0.7 * 0.25)
    assert str(row["role"].item()) == "fitted"
    assert "Wu2025" in table.attrs["sources"]
    assert np.isnan(float(table.sel(parameter="Electrode area [m2]")["lower"]))


def test_sets_travel_between_processes() -> None:
    parameters = load_parameters("Wu2025")
    again = pickle.loads(pickle.dumps(parameters))
    assert again.name == parameters.name
    assert dict(again.entries) == dict(parameters.entries)


def test_a_file_of_a_user(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(SMALL), encoding="utf-8")
    mine = load_parameters(path)
    assert mine.values("NaK65") == {"Length [m]": 1e-3, "Share": pytest.approx(2.5)}
    assert load_parameters(str(path)).rested_on("fitted")[0].name == "Share"
    assert load_parameters(mine) is mine


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({**SMALL, "titel": "x"}, "Did you mean 'title'"),
        ({"name": "x"}, "title, system, parameters"),
        (changed(value="1e-3"), "write 1.0e-12"),
        (changed(value=True), "number"),
        (changed(role="guessed"), "known, fitted, assumed, protocol"),
        (changed(trust="certain"), "trust label"),
        (changed(source="Nobody1999"), "references.bib"),
        (changed(interval=[2e-3, 3e-3]), "holds its value"),
        (changed(interval=[1e-3]), r"\[low, high\]"),
        (changed(role="fitted"), "fitted_to"),
        (changed(by_potassium_mass_fraction={0.5: 1.0, 0.6: 2.0}), "either"),
        (changed(relative_interval=[0.5, 2.0]), "one interval"),
        ({**SMALL, "parameters": [1]}, "mapping"),
        ({**SMALL, "parameters": {"A": {"value": 1.0}}}, "needs 'role'"),
        ({**SMALL, "parameters": {"A": {"value": float("inf"), "role": "known", "trust": "stated"}}}, "finite"),
    ],
)
def test_files_that_are_refused(content: dict[str, object], says: str) -> None:
    with pytest.raises((StudyError, SchemaError), match=says):
        read_parameters(content)


def test_tables_by_composition_that_are_refused() -> None:
    for shares, values in (((0.5,), (1.0,)), ((0.5, 0.5), (1.0, 2.0)), ((0.5, 1.5), (1.0, 2.0)), ((0.1, 0.2), (1.0,))):
        with pytest.raises(SchemaError):
            CompositionTable(shares, values)


def test_unknown_sets_are_answered_with_the_nearest() -> None:
    with pytest.raises(StudyError, match="Did you mean 'Wu2025'"):
        load_parameters("Wu2024")
    with pytest.raises(StudyError, match="no file"):
        load_parameters("missing.yaml")


def test_plugins_bring_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "our_numbers.py").write_text(
        "from alkanode.cell_models.parameters import load_parameters\n"
        "def make():\n    return load_parameters('Wu2025').replace({'Stack pressure [Pa]': 1e6})\n"
        "broken = 5\n",
        encoding="utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    points = tuple(
        EntryPoint(name, f"our_numbers:{what}", reading.GROUP) for name, what in (("Ours", "make"), ("Bad", "broken"))
    )
    monkeypatch.setattr(reading, "_points", lambda: points)
    assert load_parameters("ours")["Stack pressure [Pa]"].value == 1e6
    assert parameter_set_names()[-2:] == ["Ours", "Bad"]
    with pytest.raises(StudyError, match="ParameterSet or the path"):
        load_parameters("Bad")
