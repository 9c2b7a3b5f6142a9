from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alkanode.foundation.errors import (
    ConvergenceError,
    DataQualityWarning,
    MissingExtraError,
    PhysicsError,
    ReaderError,
)
from alkanode.thermo import calphad, gibbs_energy, load_assessment, to_tdb, write_tdb
from alkanode.thermo.gibbs.model import gibbs_model


@pytest.fixture(scope="module")
def database() -> Any:
    pytest.importorskip("pycalphad")
    return calphad.open_database(load_assessment("Na-K"))


def test_a_written_tdb_is_the_same_database(tmp_path: Path, database: Any) -> None:
    path = write_tdb("Na-K", tmp_path / "k_na.tdb")
    assert path.read_text(encoding="utf-8") == to_tdb("Na-K")
    assert calphad.open_database(path) == database
    assert calphad.open_database(to_tdb("Na-K")) == database


def test_tdb_lines_are_short_enough_for_other_programs() -> None:
    body = [line for line in to_tdb("Na-K").splitlines() if not line.startswith("$")]
    assert max(map(len, body)) < 100


def test_gibbs_energies_are_those_of_pycalphad(database: Any) -> None:
    pycalphad = pytest.importorskip("pycalphad")
    v = pytest.importorskip("pycalphad.variables")
    t = np.array([250.0, 300.0, 350.0, 450.0])
    x = np.array([0.1, 0.5, 0.95])
    model = gibbs_model(load_assessment("Na-K"))
    stable = {e: np.minimum(model.unary(e, "liquid", t), model.unary(e, "bcc_A2", t))[:, None] for e in ("K", "Na")}
    reference = (1 - x) * stable["K"] + x * stable["Na"]
    ideal = (model.assessment.gas_constant - float(v.R)) * t[:, None] * (x * np.log(x) + (1 - x) * np.log(1 - x))
    for ours, theirs in (("liquid", "LIQUID"), ("bcc_A2", "BCC_A2")):
        points = np.stack([1 - x, x], axis=-1)
        computed = pycalphad.calculate(database, ["K", "NA"], theirs, T=t, P=101325, N=1, points=points, output="GM")
        expected = computed.GM.squeeze().to_numpy() - reference + ideal
        assert gibbs_energy(t[:, None], x, ours) == pytest.approx(expected, abs=1e-6)


def test_phase_fractions(database: Any) -> None:
    amounts = calphad.equilibrium_phase_fractions(database, [270.0, 300.0], [0.2, 0.5, 0.9])
    assert amounts.phase_fraction.dims == ("temperature", "composition", "phase")
    assert np.allclose(amounts.phase_fraction.sum("phase"), 1)
    liquid = calphad.equilibrium_liquid_fraction(database, [270.0, 300.0], [0.2, 0.5, 0.9])
    assert liquid == pytest.approx(amounts.phase_fraction.sel(phase="LIQUID").to_numpy())
    assert liquid[1, 1] == pytest.approx(1)


def test_points_without_equilibrium_are_raised_or_masked(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pycalphad = pytest.importorskip("pycalphad")
    genuine = pycalphad.equilibrium

    def hollow(*args: Any, **kwargs: Any) -> Any:
        result = genuine(*args, **kwargs)
        result.Phase[0, 0, 0, 0, :] = ""
        result.NP[0, 0, 0, 0, :] = np.nan
        return result

    monkeypatch.setattr(pycalphad, "equilibrium", hollow)
    with pytest.raises(ConvergenceError, match=r"at 270 K, mole fraction 0\.2"):
        calphad.equilibrium_liquid_fraction(database, [270.0, 300.0], [0.2, 0.5])
    with pytest.warns(DataQualityWarning, match="1 of 4 points"):
        liquid = calphad.equilibrium_liquid_fraction(database, [270.0, 300.0], [0.2, 0.5], failed="mask")
    assert np.isnan(liquid).tolist() == [[True, False], [False, False]]


def test_broken_input(database: Any, tmp_path: Path) -> None:
    with pytest.raises(PhysicsError, match="LI"):
        calphad.equilibrium_phase_fractions(database, [300.0], [0.5], elements=("K", "LI"))
    with pytest.raises(PhysicsError, match="HCP"):
        calphad.equilibrium_phase_fractions(database, [300.0], [0.5], phases=("HCP",))
    with pytest.raises(PhysicsError, match="strictly"):
        calphad.equilibrium_phase_fractions(database, [300.0], [0.0, 0.5])
    with pytest.raises(PhysicsError, match="MELT"):
        calphad.equilibrium_liquid_fraction(database, [300.0], [0.5], liquid="MELT")
    with pytest.raises(ReaderError, match="no file"):
        calphad.open_database(tmp_path / "absent.tdb")
    broken = tmp_path / "broken.tdb"
    broken.write_text("ELEMENT K BCC_A2 what !\n", encoding="utf-8")
    with pytest.raises(ReaderError, match="parse"):
        calphad.open_database(broken)


def test_without_pycalphad_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pycalphad", None)
    with pytest.raises(MissingExtraError, match=r"alkanode\[calphad\]"):
        calphad.open_database(load_assessment("Na-K"))
