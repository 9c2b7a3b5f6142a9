"""Users' TDB files that are broken, cut off or of another program: an error or a warning that says so, never a number."""

from __future__ import annotations

import contextlib
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alkanode.foundation.errors import (
    AlkanodeError,
    AlkanodeWarning,
    DataQualityWarning,
    ExtrapolationWarning,
    PhysicsError,
    ReaderError,
)
from alkanode.thermo import calphad, liquid_window, to_tdb
from alkanode.thermo.calphad import database_window

pytest.importorskip("pycalphad")

GOOD = to_tdb("Li-Na-K")
THREE = ("K", "LI", "NA")
HEAD = """ELEMENT /- ELECTRON_GAS 0 0 0 !
ELEMENT VA VACUUM 0 0 0 !
ELEMENT K BCC_A2 39.1 0 0 !
ELEMENT NA BCC_A2 22.99 0 0 !
TYPE_DEFINITION % SEQ *!
"""
LIQUID = """PHASE LIQUID % 1 1 !
CONSTITUENT LIQUID :K,NA: !
"""


@pytest.fixture(scope="module")
def database() -> Any:
    return calphad.open_database(GOOD)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_any_encoding_is_read(tmp_path: Path, database: Any, encoding: str) -> None:
    path = tmp_path / "own.tdb"
    path.write_bytes(("$ Größe\r\n" + GOOD.replace("\n", "\r\n")).encode(encoding))
    assert calphad.open_database(path) == database


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (bytes(range(256)), "another kind"),
        (b"System Na-K\n  2 3 2 0\n K Na\n", "FactSage"),
        (GOOD[: len(GOOD) // 2].encode(), "whole"),
        (b"/etc/hostname", "parse"),
    ],
)
def test_files_that_are_no_database(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "own.tdb"
    path.write_bytes(content)
    with pytest.raises(ReaderError, match=said) as caught:
        calphad.open_database(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", ["absent.tdb", "", "."])
def test_no_file(path: str) -> None:
    with pytest.raises(ReaderError, match="no file"):
        calphad.open_database(path)


def test_no_source() -> None:
    with pytest.raises(PhysicsError, match="None"):
        calphad.open_database(None)  # type: ignore[arg-type]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(GOOD)), st.integers(1, 300))
def test_a_piece_missing(start: int, length: int) -> None:
    with warnings.catch_warnings(), contextlib.suppress(AlkanodeError):
        warnings.simplefilter("ignore", AlkanodeWarning)
        found = calphad.open_database(GOOD[:start] + GOOD[start + length :] + "\n")
        amounts = calphad.equilibrium_phase_fractions(found, [300.0], [0.3], phases=("LIQUID", "BCC_A2"))
        assert amounts.phase_fraction.sum().item() == pytest.approx(1)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("PARAMETER G(LIQUID,K;0) 200 +GLIQK#; 2000 N !\n", "no function GLIQK"),
        (
            "FUNCTION A 200 +B#; 2000 N !\nFUNCTION B 200 +A#; 2000 N !\nPARAMETER G(LIQUID,K;0) 200 +A#; 2000 N !\n",
            "them",
        ),
    ],
)
def test_functions_that_lead_nowhere_are_no_zeros(lines: str, said: str) -> None:
    found = calphad.open_database(HEAD + LIQUID + lines)
    with pytest.raises(PhysicsError, match=said):
        calphad.equilibrium_phase_fractions(found, [300.0], [0.3])


def test_a_metal_without_an_energy_is_told() -> None:
    found = calphad.open_database(HEAD + LIQUID + "PARAMETER G(LIQUID,K;0) 200 100; 2000 N !\n")
    with pytest.warns(DataQualityWarning, match="LIQUID of NA"):
        calphad.equilibrium_phase_fractions(found, [300.0], [0.3])


def test_bare_degrees_celsius_are_told(database: Any) -> None:
    with pytest.warns(ExtrapolationWarning, match=r"200 to .* 25 K is extrapolated \(a bare number is in kelvin\)"):
        calphad.equilibrium_phase_fractions(database, 25.0, [0.3], failed="mask")
    told = calphad.equilibrium_phase_fractions(database, "25 degC", [0.3])
    assert told.temperature.item() == pytest.approx(298.15)


@pytest.mark.parametrize("temperature", [0.0, -5.0, np.nan, np.inf, [], 1 + 2j, "warm", None])
def test_no_temperature(database: Any, temperature: Any) -> None:
    with pytest.raises(AlkanodeError, match="temperature"):
        calphad.equilibrium_phase_fractions(database, temperature, [0.3])
    with pytest.raises(AlkanodeError, match="temperature"):
        calphad.database_equilibrium(database, temperature, [[0.2, 0.3, 0.5]], elements=THREE)


@pytest.mark.parametrize("elements", [("K", "K"), ("K",), THREE, ("K", "VA"), ("K", "/-"), ("K", "RB"), "KNA", ()])
def test_elements_are_counted_and_looked_up(database: Any, elements: Any) -> None:
    for function in (calphad.equilibrium_phase_fractions, database_window):
        with pytest.raises(PhysicsError, match="2 different elements"):
            function(database, [300.0], [0.3], elements=elements) if function is not database_window else function(
                database, [300.0], elements=elements
            )
    with pytest.raises(PhysicsError, match="2 different elements"):
        calphad.database_diagram(database, (290.0, 300.0), elements=elements)


def test_a_database_is_deaf_to_case_and_repetition(database: Any) -> None:
    x = [0.2, 0.5]
    expected = calphad.equilibrium_phase_fractions(database, [300.0], x, phases=("BCC_A2", "LIQUID"))
    found = calphad.equilibrium_phase_fractions(
        database, [300.0], x, elements=("k", "Na"), phases=("bcc_a2", "LIQUID", "liquid")
    )
    assert found.phase_fraction.equals(expected.phase_fraction)
    alone = calphad.equilibrium_phase_fractions(database, [300.0], x, phases="LIQUID")  # type: ignore[arg-type]
    assert alone.phase_fraction.to_numpy() == pytest.approx(1)


def test_broken_settings(database: Any) -> None:
    for step in (0.0, -1.0, np.nan):
        with pytest.raises(PhysicsError, match="step"):
            calphad.database_diagram(database, (290.0, 300.0), elements=("K", "NA"), step=step)
    with pytest.raises(PhysicsError, match="tie line"):
        calphad.database_section(database, 300.0, elements=THREE, tie_lines=0)
    with pytest.raises(PhysicsError, match="hold LI"):
        calphad.database_section(database, 300.0, elements=THREE, phases=("NA2K",))
    with pytest.raises(PhysicsError, match="2 for 1 states"):
        calphad.database_equilibrium(database, [300.0, 310.0], [[0.2, 0.3, 0.5]], elements=THREE)
    with pytest.raises(PhysicsError, match="mole fraction"):
        calphad.database_equilibrium(database, 300.0, [["a", "b", "c"]], elements=THREE)


def test_the_window_of_a_database_is_ours(database: Any) -> None:
    ours = liquid_window("Na-K", [298.15, 340.0], draws=0)
    theirs = database_window(database, [298.15, 340.0])
    assert theirs.attrs["kind"] == "liquid_window"
    for field in ("mole_fraction", "mass_fraction"):
        assert theirs[field].attrs["element"] == "K"
        assert theirs[field].to_numpy() == pytest.approx(ours[field].to_numpy(), abs=2e-6)


def test_windows_that_do_not_exist(database: Any) -> None:
    with pytest.raises(PhysicsError, match="none at 250 K"):
        database_window(database, 250.0)
    with pytest.raises(PhysicsError, match="one liquid phase"):
        database_window(calphad.open_database(HEAD + LIQUID.replace("LIQUID", "MELT")), 300.0)
