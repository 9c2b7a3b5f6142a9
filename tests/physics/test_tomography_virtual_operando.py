"""The virtual operando cell: Na and K are conserved, nothing overlaps, and the files say what the truth says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.data.scan_clock import scan_charge, scan_times
from alkanode.foundation.errors import DataQualityWarning, PhysicsError
from alkanode.io import open_history
from alkanode.io.projections import open_projections
from alkanode.materials.attenuation import linear_attenuation, mass_attenuation
from alkanode.virtual.tomograph import (
    OperandoCell,
    OperandoSeries,
    Tomograph,
    beamline,
    null_series,
    operando_series,
    voxel_truth,
    write_series,
)

SMALL = OperandoCell(inner_radius=70e-6, wall=10e-6, layers=3, electrolyte_pores=15, electrolyte_height=26e-6)
VIEW = Tomograph(rows=88, columns=132, angles=6, detector=beamline(), detector_distance=0.01)
FARADAY = 96485.33212
SODIUM = 22.98977e-3


@pytest.fixture(scope="module")
def series() -> OperandoSeries:
    return operando_series(SMALL, VIEW, seed=5)


@pytest.fixture(scope="module")
def scans(series: OperandoSeries) -> xr.Dataset:
    return series.truth["scans"].to_dataset()


def test_potassium_stays_and_sodium_leaves_with_the_charge(scans: xr.Dataset) -> None:
    potassium, sodium = scans["potassium_mass"].to_numpy(), scans["sodium_mass"].to_numpy()
    np.testing.assert_allclose(potassium, potassium[0], rtol=1e-9)
    lost = (sodium[0] - sodium) / (np.pi * SMALL.inner_radius**2)
    charge = 0.5 * 3.6e4 * np.array([0, 0.5, 1, 0.5, 0])
    np.testing.assert_allclose(lost, charge * SODIUM / FARADAY, atol=1e-6 * lost.max())


def test_attenuation_over_area_follows_the_charge(series: OperandoSeries, scans: xr.Dataset) -> None:
    """sum(dmu) dV / A = -(mu/rho)_Na Q M / F, from the table and, independently, from the voxels."""
    kappa = mass_attenuation("Na", VIEW.photon_energy).value
    assert kappa is not None
    expected = -kappa * scans["areal_capacity"].to_numpy() * SODIUM / FARADAY
    integral = scans["attenuation_integral"].to_numpy()
    np.testing.assert_allclose(integral - integral[0], expected, atol=1e-5 * np.abs(expected).max())
    np.testing.assert_allclose(scans["expected_attenuation_change"], expected, rtol=1e-12)
    size, area = VIEW.pixel_size, np.pi * SMALL.inner_radius**2
    before, turn, end = (series.volume(i)["attenuation"].to_numpy().astype(np.float64) for i in (0, 2, 4))
    assert (turn - before).sum() * size**3 / area == pytest.approx(expected[2], rel=1e-2)
    assert (end - before).sum() * size**3 / area == pytest.approx(0.0, abs=1e-2 * abs(expected[2]))


def test_no_point_belongs_to_two_things(series: OperandoSeries) -> None:
    """Differences of nested bodies add up to the attenuation of one material at every point."""
    random = np.random.default_rng(1)
    points = np.column_stack(
        [random.uniform(0, 88 * 1.3e-6, 30000), *(random.uniform(-70e-6, 70e-6, 30000) for _ in range(2))]
    )
    for number in range(5):
        bodies, total = series.bodies(number), np.zeros(len(points))
        names = np.full(len(points), "void", dtype="U8")
        for body in bodies:
            inside = body.inside(points)
            total[inside] += body.attenuation
            names[inside] = body.material
        films = series.states[number].films.potassium
        known = {"void": [0.0]}
        for name in ("NASICON", "PEEK", "C", "K", "Na"):
            known[name] = [float(linear_attenuation(name, VIEW.photon_energy).value or 0.0)]
        for share in (series.states[number].liquid, *films):
            level = _liquid(float(share))
            known.setdefault(f"NaK{100 * share:.0f}", []).append(level)
        for name in np.unique(names):
            apart = np.abs(total[names == name][:, None] - np.array(known[str(name)])).min(axis=1)
            assert apart.max() < 1e-6 * 1000, name


def _liquid(share: float) -> float:
    from alkanode.materials import Alloy

    return float(linear_attenuation(Alloy.from_mass_fractions(Na=1 - share, K=share), VIEW.photon_energy).value or 0.0)


def test_events_are_those_of_the_paper_in_their_order(series: OperandoSeries, scans: xr.Dataset) -> None:
    def volume(before: int, after: int, cause: str) -> float:
        table = series.changes(before, after)
        return float(table["grain_volume"].to_numpy()[table["cause"].to_numpy() == cause].sum())

    assert volume(0, 1, "void") > 0
    assert volume(0, 1, "potassium grain") == 0  # no phase separation half-way
    assert volume(0, 2, "void") > volume(0, 1, "void")
    assert volume(0, 2, "potassium grain") == pytest.approx(float(scans["potassium_volume"][2]))
    assert volume(2, 4, "sodium island") == pytest.approx(float(scans["island_volume"][4]))
    assert volume(2, 4, "void refilled") > 0
    assert volume(0, 2, "sodium island") == 0
    gone = float(scans["void_volume"][2] - scans["void_volume"][0])
    assert volume(0, 2, "void") == pytest.approx(gone, rel=1e-9)
    assert float(scans["contact_area_fraction"][2]) < float(scans["contact_area_fraction"][1]) < 1
    # some voids stay open, though all the charge is back
    still = series.states[4]
    grown = ~series.anatomy.bubble
    assert (still.outer - still.island)[grown].sum() > 0


def test_changes_carry_the_sign_and_place_that_a_volume_shows(series: OperandoSeries) -> None:
    table = series.changes(0, 2)
    before, after = (series.volume(i)["attenuation"].to_numpy() for i in (0, 2))
    size = VIEW.pixel_size
    large = (table["equivalent_diameter"].to_numpy() > 7e-6) & np.isin(
        table["cause"].to_numpy(), ["void", "potassium grain"]
    )
    assert large.sum() > 10
    for place, change in zip(
        table["centroid"].to_numpy()[large], table["attenuation_change"].to_numpy()[large], strict=True
    ):
        index = np.rint([place[0] / size, place[1] / size + 65.5, place[2] / size + 65.5]).astype(int)
        assert (after - before)[tuple(index)] == pytest.approx(change, rel=1e-4)
    assert set(table["material_after"].to_numpy()[table["cause"] == "potassium grain"]) == {"K"}
    moved = table["displaced"].to_numpy()
    assert moved.any()
    assert table["sign"].to_numpy()[moved].sum() == 0  # what a fibre uncovers, and what it covers
    shells = table["cause"].to_numpy() == "film thinner"
    assert table["thickness"].to_numpy()[shells].max() < 1e-6
    assert table["thickness"].to_numpy()[table["cause"] == "potassium grain"].max() > 6e-6


def test_the_clocks_give_back_the_charge_of_each_scan(series: OperandoSeries, scans: xr.Dataset) -> None:
    taken = [series.scan(i) for i in range(5)]
    joined = scan_charge(
        scan_times(taken), series.history, offset=-series.clock_offset, area=float(series.truth.attrs["electrode_area"])
    )
    np.testing.assert_allclose(joined["areal_capacity"], scans["areal_capacity"], atol=2e-3 * 1.8e4)
    np.testing.assert_allclose(joined["charge_at_end"] - joined["charge_at_start"], 0.0, atol=1e-9)
    np.testing.assert_allclose(joined["time"], scans["time"], atol=0.2)


def test_files_read_back_as_the_scans_they_are(series: OperandoSeries, scans: xr.Dataset, tmp_path: Path) -> None:
    files = write_series(series, tmp_path / "new")
    assert len(files.scans) == 5
    for number in (0, 3):
        with pytest.warns(DataQualityWarning, match="projections-few"):  # a series of few angles, for speed
            found = open_projections(files.scans[number])
        made = series.scan(number)
        np.testing.assert_array_equal(found["counts"].values, made["counts"].values)
        np.testing.assert_allclose(found["rotation_angle"], made["rotation_angle"], atol=1e-12)
        assert float(found["pixel_size"]) == pytest.approx(1.3e-6)
        assert found.attrs["started"] == made.attrs["started"]
    history = open_history(files.potentiostat)
    charge = history["cycling"]["charge"].to_numpy()
    assert charge.max() == pytest.approx(float(scans["charge"].max()), rel=1e-3)
    truth = json.loads(files.truth.read_text())
    assert truth["scans"]["shift"] == series.shift.tolist()
    assert len(truth["changes"]) == 4
    assert truth["cell"]["alloy"] == "NaK50"


def test_scans_move_and_the_truth_says_how(series: OperandoSeries) -> None:
    assert not series.shift[0].any()
    assert not series.rotation[0].any()
    assert (np.abs(series.shift[1:]).max(axis=1) > 0).all()
    assert len({setup.axis for setup in series.tomographs}) == 5
    scan = series.scan(2)
    assert scan.attrs["true_shift"] == pytest.approx(series.shift[2].tolist())
    assert scan.attrs["true_axis_column"] == series.tomographs[2].axis


def test_a_null_series_changes_everything_but_the_object() -> None:
    series = null_series(SMALL, VIEW, seed=5, scans=3)
    assert len(series) == 3
    assert series.changes(0, 2).sizes["grain"] == 0
    np.testing.assert_array_equal(series.volume(0)["attenuation"], series.volume(2)["attenuation"])
    first, second = (series.scan(i)["counts"].to_numpy().astype(float) for i in (0, 1))
    flats = [counts[10:20].mean(axis=0) for counts in (first, second)]
    assert np.corrcoef((flats[0] / flats[0].mean(axis=1, keepdims=True)).ravel(), (flats[1] / flats[1].mean(axis=1, keepdims=True)).ravel())[0, 1] < 0.5  # fmt: skip
    assert series.tomographs[0].detector_distance != series.tomographs[1].detector_distance


def test_a_crack_fills_with_sodium_that_the_islands_lack() -> None:
    cracked = operando_series(replace(SMALL, crack_opening=2e-6, electrolyte_pores=0), VIEW, seed=5)
    scans = cracked.truth["scans"].to_dataset()
    sodium = scans["sodium_mass"].to_numpy()
    assert sodium[4] == pytest.approx(sodium[0], rel=1e-9)
    assert [state.crack > 0 for state in cracked.states] == [False, False, False, True, True]
    names = cracked.materials(4, rows=slice(0, 18))
    assert (names.to_numpy() == names.attrs["materials"].index("Na")).any()
    assert "Na" not in np.array(cracked.materials(2).attrs["materials"])


def test_a_cell_wider_than_the_view_is_truncated() -> None:
    wide = operando_series(replace(SMALL, inner_radius=110e-6), replace(VIEW, columns=100), seed=2)
    frame = wide.scan(0)["counts"].to_numpy()[25]
    assert frame[5, :3].mean() < 0.95 * wide.scan(0)["counts"].to_numpy()[15, 5, :3].mean()


@pytest.mark.parametrize(
    "wrong",
    [
        {"film_radius": 9e-6},
        {"fibre_motion": 4e-6},
        {"stripped_shares": (0.0, 0.5, 1.0)},
        {"stripped_shares": (0.0, 1.0, 0.5, 0.7, 0.0)},
        {"layers": 0},
        {"precipitated": (0.0, 0.0)},
        {"pool_share": 1.2},
        {"bubble_height": -1e-6},
    ],
)
def test_impossible_cells_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(PhysicsError):
        replace(SMALL, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"alloy": "Na"},
        {"areal_capacity": 2.5 * 3.6e4},
        {"void_radius": (4e-6, 20e-6)},
        {"pool_share": 1.0, "areal_capacity": 1.5 * 3.6e4},
        {"pool_share": 0.0, "areal_capacity": 1.5 * 3.6e4},
    ],
)
def test_what_does_not_fit_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(PhysicsError):
        operando_series(replace(SMALL, **wrong), VIEW, seed=1)  # type: ignore[arg-type]


def test_a_pool_alone_is_a_cell_too() -> None:
    bare = operando_series(replace(SMALL, layers=0, pool_share=1.0, areal_capacity=0.2 * 3.6e4), VIEW, seed=1)
    sodium = bare.truth["scans"]["sodium_mass"].to_numpy()
    assert sodium[2] < sodium[1] < sodium[0] == pytest.approx(sodium[4], rel=1e-9)
    assert voxel_truth(bare.bodies(2), shape=(8, 8, 8), pixel_size=1.3e-6).sizes["z"] == 8
