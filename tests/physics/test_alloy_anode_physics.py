"""The alloy anode against its oracle, its limits, and what each of its variants is meant to change."""

from __future__ import annotations

import model_oracle
import numpy as np
import pytest
import xarray as xr

from alkanode.cell_models import AlloyAnodeOptions, ParameterSet, load_parameters, simulate
from alkanode.cell_models.alloy_anode import model_values
from alkanode.cell_models.simulation.engine import BuiltModel, built
from alkanode.cell_models.simulation.stepping import Runner
from alkanode.data import Cell
from alkanode.foundation.errors import ExtrapolationWarning
from alkanode.thermo import electrode_potential, stripping_path

WU = load_parameters("Wu2025")
TRANSPORT = "Sodium transport coefficient [m2.s-1]"
STRIP = ["Strip at 0.25 mA cm-2 until 1 V"]
FARADAY = model_oracle.FARADAY


def strip(alloy: str, density: float = 0.25, parameters: ParameterSet = WU, **options: object) -> xr.DataTree:
    steps = [f"Strip at {density} mA cm-2 until 1 V"]
    return simulate("alloy-anode", alloy, steps, parameters, options=AlloyAnodeOptions(**options))  # type: ignore[arg-type]


def areal(run: xr.DataTree) -> float:
    """Charge at the end, C m-2."""
    return float(run["interface"]["areal_capacity"][-1])


def used(run: xr.DataTree) -> float:
    """Share of the sodium that was stripped."""
    states = run["states"]
    sodium = float((states["sodium_content"][0] * states["slice_thickness"]).sum())
    return areal(run) / (sodium * FARADAY)


@pytest.fixture(scope="module")
def close() -> BuiltModel:
    """The model with tolerances far below what is compared."""
    return built(AlloyAnodeOptions(), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("alloy", ["NaK50", "NaK65", "NaK80"])
@pytest.mark.parametrize("density", [2.5, 10.0])
def test_the_oracle_agrees(alloy: str, density: float, close: BuiltModel) -> None:
    values = model_values(WU, alloy)
    expected = model_oracle.strip(values, density, 1.0)
    inputs = {**values, **Runner._control(density, upper=1.0)}
    start = close.start(inputs)
    whole = close.run(start, inputs, 1e7)
    assert whole.time[-1] * density == pytest.approx(expected.charge, rel=1e-5)
    times = expected.shares * expected.charge / density
    found = close.run(start, inputs, times[-1], times=times)
    at = [int(np.argmin(np.abs(found.time - one))) for one in times]
    outputs = close.evaluate(["Voltage [V]", "Sodium content [mol.m-3]"], found.time[at], found.state[at], inputs)
    assert np.allclose(outputs["Voltage [V]"], expected.voltage, rtol=1e-4)
    assert np.allclose(outputs["Sodium content [mol.m-3]"][:, 0], expected.content, rtol=1e-4)
    assert np.allclose(outputs["Sodium content [mol.m-3]"][2], expected.profile, rtol=1e-4)


def test_the_default_tolerances_are_close_to_the_oracle_too() -> None:
    expected = model_oracle.strip(model_values(WU, "NaK65"), 2.5, 1.0)
    assert areal(strip("NaK65")) == pytest.approx(expected.charge, rel=1e-4)


def test_the_mesh_converges_with_second_order() -> None:
    charges = [areal(strip("NaK50", 1.0, cells=cells)) for cells in (20, 40, 80, 160)]
    differences = np.abs(np.diff(charges))
    orders = np.log2(differences[:-1] / differences[1:])
    assert (orders > 1.7).all()
    assert abs(charges[1] / charges[3] - 1) < 3e-3


@pytest.mark.parametrize("alloy", ["NaK50", "NaK65", "NaK80"])
def test_slow_stripping_uses_nearly_all_sodium(alloy: str) -> None:
    assert used(strip(alloy, 0.01)) > 0.95


def test_a_slow_strip_uses_what_the_parabola_leaves() -> None:
    """Quasi-stationary profile: used = 1 - N L/(3 D c0)."""
    content = model_values(WU, "NaK50")["Initial sodium content [mol.m-3]"]
    for density in (0.05, 0.1, 0.25):
        left = density * 10 / FARADAY * 250e-6 / (3 * 1e-12 * content)
        assert used(strip("NaK50", density)) == pytest.approx(1 - left, abs=0.01)


def test_a_fast_strip_ends_at_the_time_of_sand() -> None:
    content = model_values(WU, "NaK50")["Initial sodium content [mol.m-3]"]
    density = 100.0
    expected = np.pi * 1e-12 * (content * FARADAY / (2 * density)) ** 2
    no_storage = WU.replace({"Interface capacitance [F.m-2]": 0.1})
    run = simulate(
        "alloy-anode",
        "NaK50",
        ["Strip at 10 mA cm-2 until 5 V"],
        no_storage,
        options=AlloyAnodeOptions(counter="reference", cells=80),
    )
    assert float(run["cycling"]["time"][-1]) == pytest.approx(expected, rel=0.03)


def test_fast_transport_leaves_no_gradient() -> None:
    fast = WU.replace({TRANSPORT: 1e-8})
    run = simulate("alloy-anode", "NaK50", ["Strip at 0.25 mA cm-2 for 4 mAh cm-2"], fast)
    content = run["states"]["sodium_content"].values[-1]
    assert content.min() / content.max() > 0.999


def test_open_circuit_is_that_of_the_overall_composition_when_transport_is_fast() -> None:
    fast = WU.replace({TRANSPORT: 1e-8})
    run = simulate("alloy-anode", "NaK65", ["Strip at 0.25 mA cm-2 for 4 mAh cm-2"], fast)
    path = stripping_path("NaK65", draws=0)
    specific = run["cycling"]["charge"].values / run.attrs["alloy_mass"]
    expected = np.interp(specific, path["specific_capacity"].values, path["electrode_potential"].values)
    assert np.allclose(run["interface"]["open_circuit_voltage"].values, expected, atol=2e-4)


def test_only_transport_over_the_square_of_the_thickness_counts() -> None:
    """The same alloy in a cloth twice as thick, with four times the coefficient, gives the same capacity."""
    thick = WU.replace({"Cloth thickness [m]": 500e-6, TRANSPORT: 4e-12})
    assert areal(strip("NaK50", 0.5, thick)) == pytest.approx(areal(strip("NaK50", 0.5)), rel=1e-3)
    slow = WU.replace({"Cloth thickness [m]": 500e-6})
    assert areal(strip("NaK50", 0.5, slow)) < 0.6 * areal(strip("NaK50", 0.5))


def test_pressure_does_not_move_the_stripping_capacity() -> None:
    low = WU.replace({"Stack pressure [Pa]": 1e6})
    assert areal(strip("NaK50", parameters=low)) == pytest.approx(areal(strip("NaK50")), rel=1e-6)


def test_pressure_keeps_the_sodium_in_contact() -> None:
    steps = ["Plate at 2 mA cm-2 for 30 min"]
    quiet = {"Short circuit current density [A.m-2]": 1e6}
    contact = [
        float(
            simulate("alloy-anode", "NaK50", steps, WU.replace({**quiet, "Stack pressure [Pa]": p}))["interface"][
                "counter_contact_share"
            ][-1]
        )
        for p in (1e6, 10e6)
    ]
    assert contact[0] < 0.6 < 0.99 < contact[1]


def test_potassium_is_never_crammed_into_one_volume() -> None:
    for options in ({}, {"transport": "film drainage"}):
        states = strip("NaK80", **options)["states"]
        filled = 0.8 - states["void_volume_fraction"]
        assert float(states["void_volume_fraction"].min()) > 0
        assert float(states["solid_potassium_volume_fraction"].max()) < 0.8
        assert float(filled.max()) < 0.8


def test_voids_and_solid_potassium_gather_at_the_electrolyte() -> None:
    run = strip("NaK50", 1.0)
    last = run["states"].isel(row=-1)
    void, solid, depth = (last[n].values for n in ("void_volume_fraction", "solid_potassium_volume_fraction", "depth"))
    assert void[0] == pytest.approx(0.8 - solid[0], abs=0.03)
    assert (np.diff(void) <= 1e-9).all()
    assert solid[depth < 10e-6].min() > 0.05
    assert solid[depth > 40e-6].max() < 1e-3


def test_what_is_plated_beyond_the_pores_lifts_the_cloth() -> None:
    run = simulate(
        "alloy-anode", "NaK50", ["Plate at 0.25 mA cm-2 for 8 mAh cm-2"], options=AlloyAnodeOptions(islands=False)
    )
    last = run["states"].isel(row=-1)
    assert float(last["void_volume_fraction"].max()) < 0.02
    layer = float(run["interface"]["island_charge"][-1])
    room = float((run["states"]["void_volume_fraction"][0] * run["states"]["slice_thickness"]).sum())
    assert layer > 0.4 * (8 * 3.6e4 - room / 2.4e-5 * FARADAY)
    back = simulate(
        "alloy-anode",
        "NaK50",
        ["Plate at 0.25 mA cm-2 for 8 mAh cm-2", *STRIP],
        options=AlloyAnodeOptions(islands=False),
    )
    assert areal(back) == pytest.approx(areal(strip("NaK50")), rel=1e-3)


def test_potassium_metal_liquefies_when_sodium_is_plated() -> None:
    with pytest.warns(ExtrapolationWarning):
        run = simulate("alloy-anode", "K", ["Plate at 0.1 mA cm-2 for 1 mAh cm-2", "Rest for 20 h"])
    liquid = run["states"]["liquid_volume_fraction"]
    assert float(liquid[0].max()) == pytest.approx(0, abs=1e-9)
    assert float(liquid[-1, 0]) > 0.1
    x = run["states"]["liquid_sodium_mole_fraction"].values[-1]
    wet = liquid.values[-1] > 0.01
    assert (x[wet] >= 0.1405).all()
    assert float(run["interface"]["liquid_contact_share"][-1]) > 0.02


def test_sodium_rich_plating_leaves_solid_sodium_in_the_pores() -> None:
    run = simulate("alloy-anode", "NaK50", ["Plate at 0.5 mA cm-2 for 1 mAh cm-2"])
    assert float(run["states"]["void_volume_fraction"].values[-1, 0]) < float(
        run["states"]["void_volume_fraction"].values[0, 0]
    )
    rich = simulate(
        "alloy-anode", "NaK50", ["Plate at 0.5 mA cm-2 for 1 mAh cm-2"], WU.replace({"Carbon uptake extent": 1.0})
    )
    assert float(rich["states"]["solid_sodium_volume_fraction"].values[-1, 0]) > 0.02
    plateau = float(electrode_potential(298.15, 0.75))
    assert float(rich["interface"]["open_circuit_voltage"][-1]) == pytest.approx(plateau, abs=1e-6)


def test_a_barrier_delays_solid_potassium() -> None:
    first = []
    for kind in ("equilibrium", "nucleation"):
        run = strip("NaK80", precipitation=kind)
        solid = run["states"]["solid_potassium_volume_fraction"].values[:, 0]
        first.append(float(run["states"]["areal_capacity"][int(np.argmax(solid > 0.01))]))
        lowest = float(run["interface"]["liquid_sodium_mole_fraction"].min())
        assert lowest == pytest.approx(0.141, abs=1e-3) if kind == "equilibrium" else lowest < 0.135
    assert first[1] > 1.02 * first[0]


def test_film_drainage_evens_out_the_composition() -> None:
    ends = {}
    for kind in ("effective diffusion", "film drainage"):
        run = simulate(
            "alloy-anode", "NaK50", ["Strip at 0.25 mA cm-2 for 4 mAh cm-2"], options=AlloyAnodeOptions(transport=kind)
        )  # type: ignore[arg-type]
        ends[kind] = run["states"].isel(row=-1)
    spread = {kind: float(np.ptp(one["liquid_sodium_mole_fraction"].values)) for kind, one in ends.items()}
    assert spread["film drainage"] < 0.01 < spread["effective diffusion"]
    potassium = {kind: float(np.ptp(one["potassium_content"].values)) for kind, one in ends.items()}
    assert potassium["effective diffusion"] == 0 < potassium["film drainage"]


def test_carbon_that_took_potassium_leaves_less_solid() -> None:
    solid = [
        float(
            strip("NaK65", parameters=WU.replace({"Carbon uptake extent": share}))["states"][
                "solid_potassium_volume_fraction"
            ].max()
        )
        for share in (0.0, 1.0)
    ]
    assert solid[1] < 0.8 * solid[0]


def test_a_growing_interphase_raises_the_resistance_at_rest() -> None:
    run = simulate("alloy-anode", "NaK50", ["Rest for 30 min"], options=AlloyAnodeOptions(interphase="growing"))
    resistance = run["interface"]["charge_transfer_area_resistance"].values
    gain = (resistance[-1] - resistance[0]) * run["interface"]["contact_share"].values[0]
    assert gain == pytest.approx(1e-3 * (1 - np.exp(-1)), rel=1e-3)
    still = simulate("alloy-anode", "NaK50", ["Rest for 30 min"])["interface"]["charge_transfer_area_resistance"].values
    assert np.ptp(still) < 1e-6 * still[0]


def test_the_composition_slope_changes_the_order_of_transport() -> None:
    steep = WU.replace({"Transport coefficient composition slope": 3.0})
    assert areal(strip("NaK80", parameters=steep)) > 1.05 * areal(strip("NaK80"))
    assert areal(strip("NaK50", parameters=steep)) < 0.98 * areal(strip("NaK50"))
    assert areal(strip("NaK65", parameters=steep)) == pytest.approx(areal(strip("NaK65")), rel=1e-6)


class TestVoltammetry:
    """What the model gives of the voltammograms, and what it does not."""

    @staticmethod
    def sweep(alloy: str, cycles: int = 1, **options: object) -> xr.DataTree:
        steps = [f"Sweep at 10 mV s-1 from 0 V to 1 V to -1 V for {cycles} cycles"]
        return simulate("alloy-anode", alloy, steps, WU, options=AlloyAnodeOptions(counter="reference", **options))  # type: ignore[arg-type]

    def test_plating_is_the_same_for_all_and_stripping_falls_with_potassium(self) -> None:
        runs = [self.sweep(alloy)["cycling"] for alloy in ("NaK50", "NaK65", "NaK80")]
        plating = [float(run["current"].min()) for run in runs]
        assert np.ptp(plating) < 0.02 * abs(plating[0])
        at_vertex = [float(np.interp(100, run["time"], run["current"])) for run in runs]
        assert at_vertex[0] > 1.1 * at_vertex[1] > 1.1 * at_vertex[2]
        assert at_vertex[0] < abs(plating[0])

    def test_a_peak_appears_once_islands_have_been_plated_but_does_not_grow(self) -> None:
        islands = self.sweep("NaK50", 4)["interface"]
        time, charge = islands["time"].values, islands["island_charge"].values
        at_end = np.interp(np.arange(1, 5) * 400.0, time, charge)
        assert at_end[0] > 100
        assert np.ptp(at_end) < 0.03 * at_end[0]

    def test_it_grows_where_stripped_islands_leave_voids(self) -> None:
        islands = self.sweep("NaK50", 4, dewetting="stripped islands")["interface"]
        at_end = np.interp(np.arange(1, 5) * 400.0, islands["time"].values, islands["island_charge"].values)
        assert (np.diff(at_end) > 0.02 * at_end[0]).all()

    def test_no_islands_no_peak(self) -> None:
        islands = self.sweep("NaK50", 2, islands=False)["interface"]["island_charge"].values
        assert np.abs(islands).max() < 1e-3


def test_dewetting_by_stripping_contradicts_critical_stripping() -> None:
    """The charge that voltammograms suggest would leave an eighth of the measured capacity."""
    assert areal(strip("NaK50", dewetting="stripped liquid")) < 0.2 * areal(strip("NaK50"))
    assert areal(strip("NaK50", dewetting="stripped islands")) == pytest.approx(areal(strip("NaK50")), rel=1e-6)


def test_islands_dissolve_at_rest() -> None:
    run = simulate(
        "alloy-anode", "NaK50", ["Strip at 0.5 mA cm-2 for 1 h", "Plate at 0.5 mA cm-2 for 30 min", "Rest for 2 h"]
    )
    step, charge = run["interface"]["step"].values, run["interface"]["island_charge"].values
    before, after = charge[step == 1][-1], charge[-1]
    assert before > 10
    assert after < 0.2 * before


def test_two_alloys_may_face_each_other() -> None:
    run = simulate("alloy-anode", Cell(anode="NaK50", counter="NaK80"), ["Rest for 1 min"])
    expected = [float(strip(alloy)["interface"]["open_circuit_voltage"][0]) for alloy in ("NaK50", "NaK80")]
    assert float(run["interface"]["open_circuit_voltage"][0]) == pytest.approx(expected[0] - expected[1], abs=1e-9)
