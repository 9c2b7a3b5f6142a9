"""Area fractions recovered from simulated cells, with honest intervals; routes that lie are found out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data import spectra_record
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.impedance import (
    ContactGeometry,
    Measured,
    active_area,
    active_area_of_fit,
    constriction_resistance,
    effective_capacitance,
    elements,
    fit_circuit,
)

AREA, RHO, SPACING = 1e-4, 10.0, 2e-5
GEOMETRY = ContactGeometry(area=AREA, resistivity=RHO, spacing=SPACING, spacing_log_deviation=0.3)
NOISE = np.array([0.05, 0.15, 0.1])
Floats = npt.NDArray[np.float64]


def simulated(fraction: Floats, seed: int = 1, correlation: Floats | None = None) -> dict[str, Measured]:
    """Triples of R_ct, C_dl and R_c at known fractions; spacing and resistivity drawn from their ranges."""
    random = np.random.default_rng(seed)
    mixing = np.linalg.cholesky(np.eye(3) if correlation is None else correlation)
    error = np.exp(NOISE[:, None] * (mixing @ random.normal(size=(3, fraction.size))))
    scale = RHO * SPACING * np.exp(GEOMETRY.log_deviation * random.normal(size=fraction.size))
    constricted = constriction_resistance(fraction, resistivity=scale, spacing=1.0) / AREA
    return {
        "charge_transfer": Measured(value=20.0 / fraction * error[0], log_deviation=NOISE[0], reference=20.0),
        "double_layer": Measured(value=1e-5 * fraction * error[1], log_deviation=NOISE[1], reference=1e-5),
        "constriction": Measured(value=constricted * error[2], log_deviation=NOISE[2]),
    }


def quiet(**options: object) -> xr.Dataset:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        return active_area(reference_state="pressed at 10 MPa", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("correlated", [False, True])
def test_intervals_cover_as_they_say(correlated: bool) -> None:
    correlation = np.array([[1.0, -0.6, 0.3], [-0.6, 1.0, -0.2], [0.3, -0.2, 1.0]]) if correlated else None
    count = 300 if correlated else 600
    true = np.exp(np.random.default_rng(7).uniform(np.log(0.01), 0.0, count))
    found = quiet(
        geometry=GEOMETRY,
        correlation=correlation,
        least_fraction=0.01,
        disagreement_limit=20.0,
        **simulated(true, correlation=correlation),
    )
    inside = (true >= found["area_fraction_low"]) & (true <= found["area_fraction_high"])
    assert 0.92 <= float(inside.mean()) <= 0.98
    for route in found["route"].to_numpy():
        one = found.sel(route=route)
        alone = (true >= one["route_low"]) & (true <= one["route_high"])
        assert 0.91 <= float(alone.mean()) <= 0.98, route
    assert 0.85 < float(found["tension"].std()) < 1.2
    assert float((found["log_bayes_factor"] > 0).mean()) > 0.95


def test_a_biased_route_is_found_out_and_not_averaged() -> None:
    true = np.full(20, 0.2)
    honest = simulated(true)
    slower = Measured(value=np.asarray(honest["charge_transfer"].value) * 3, log_deviation=0.05, reference=20.0)
    given = {**honest, "charge_transfer": slower}
    with pytest.warns(DataQualityWarning, match="disagree in spectra 0, 1, 2"):
        found = active_area(reference_state="fresh", geometry=GEOMETRY, **given)
    assert not found["agree"].any()
    assert np.isnan(found["area_fraction"]).all()
    assert (found["log_bayes_factor"] < 0).all()
    assert (np.abs(found["tension"].sel(pair="charge_transfer against double_layer")) > 4).all()
    np.testing.assert_allclose(found["route_area_fraction"].sel(route="charge_transfer"), 0.2 / 3, rtol=0.3)
    np.testing.assert_allclose(found["route_area_fraction"].sel(route="double_layer"), 0.2, rtol=0.6)


def test_more_contact_than_the_reference_is_no_fraction() -> None:
    with pytest.warns(DataQualityWarning, match="more contact than in the reference"):
        found = active_area(
            reference_state="not fully pressed",
            charge_transfer=Measured(value=[10.0, 20.0], log_deviation=0.05, reference=20.0),
        )
    np.testing.assert_array_equal(found["agree"], [False, True])
    assert float(found["route_high"].max()) <= 1.0


def test_other_routes_correct_the_spacing() -> None:
    """Where R and C fix the fraction, the constriction says by what factor rho b is off."""
    true = np.array([0.1])
    given = simulated(true)
    measured = constriction_resistance(true, resistivity=RHO, spacing=1.5 * SPACING) / AREA
    given["constriction"] = Measured(value=measured, log_deviation=0.02)
    given["charge_transfer"] = Measured(value=20.0 / true, log_deviation=0.02, reference=20.0)
    found = quiet(geometry=GEOMETRY, **given)
    low, middle, high = found["spacing_factor"].to_numpy()[0]
    assert low < 1.5 < high
    assert middle == pytest.approx(1.5, rel=0.08)
    assert high / low < np.exp(4 * GEOMETRY.log_deviation) / 2


@settings(max_examples=40)
@given(st.floats(0.02, 0.95), st.floats(0.01, 0.3))
def test_one_route_alone_gives_its_own_answer(true: float, deviation: float) -> None:
    found = quiet(charge_transfer=Measured(value=20.0 / true, log_deviation=deviation, reference=20.0))
    low, high = found["area_fraction_low"].item(), found["area_fraction_high"].item()
    assert low < true < high
    assert high <= 1.0
    assert np.isnan(found["tension"]).all()
    assert found["agree"].item()
    if true * np.exp(4 * deviation) < 1:
        assert found["area_fraction"].item() == pytest.approx(true, rel=1e-3)
        assert np.log(high / low) == pytest.approx(2 * 1.96 * deviation, rel=0.01)


def test_a_fitted_circuit_gives_its_routes_with_their_correlation() -> None:
    """Area loss at constant tau: R = R0/f, C = C0 f, as in a depressed arc."""
    true = np.array([1.0, 0.6, 0.3, 0.1])
    frequency = np.geomspace(1e6, 0.1, 60)
    clean = np.array([5 + elements.zarc(frequency, 40 / f, 2e-3, 0.9) for f in true])
    draws = np.random.default_rng(3).normal(size=(2, *clean.shape))
    impedance = clean + 0.003 * np.abs(clean) * (draws[0] + 1j * draws[1])
    record = spectra_record(frequency, impedance, time=np.arange(4.0))
    for circuit, resistance, store in (("R0-p(R1,CPE1)", "R1", "CPE1"), ("R0-Zarc1", "Zarc1_R", "Zarc1")):
        fit = fit_circuit(record, circuit)
        found = active_area_of_fit(
            fit, reference_spectrum=0, reference_state="fresh", charge_transfer=resistance, double_layer=store
        )
        assert found["agree"].all()
        np.testing.assert_allclose(found["area_fraction"], true, rtol=0.02)
        np.testing.assert_array_equal(found["time"], record["time"])
    with pytest.raises(SchemaError, match="Zarc1_R"):
        active_area_of_fit(fit, reference_spectrum=0, reference_state="fresh", charge_transfer="R7")
    with pytest.raises(SchemaError, match="reference spectrum"):
        active_area_of_fit(fit, reference_spectrum=9, reference_state="fresh", charge_transfer="Zarc1_R")


def test_the_capacitance_of_a_depressed_arc_is_tau_over_r() -> None:
    resistance, tau, exponent = 50.0, 2e-3, 0.8
    admittance = tau**exponent / resistance
    assert float(effective_capacitance(admittance, exponent, resistance)) == pytest.approx(tau / resistance)
    assert float(effective_capacitance(1e-5, 1.0, 50.0, series_resistance=5.0)) == pytest.approx(1e-5)
    along = float(effective_capacitance(admittance, exponent, resistance, series_resistance=5.0))
    assert along < tau / resistance
    with pytest.raises(PhysicsError, match="exponent"):
        effective_capacitance(1e-5, 1.2, 50.0)


def test_what_is_missing_is_named() -> None:
    route = Measured(value=10.0, log_deviation=0.1, reference=5.0)
    with pytest.raises(SchemaError, match="reference state"):
        active_area(reference_state=" ", charge_transfer=route)
    with pytest.raises(SchemaError, match="at least one route"):
        active_area(reference_state="fresh")
    with pytest.raises(SchemaError, match="geometry"):
        active_area(reference_state="fresh", constriction=Measured(value=1.0, log_deviation=0.1))
    with pytest.raises(PhysicsError, match="reference"):
        active_area(reference_state="fresh", charge_transfer=Measured(value=10.0, log_deviation=0.1))
    with pytest.raises(PhysicsError, match="positive"):
        active_area(
            reference_state="fresh", charge_transfer=Measured(value=[10.0, 0.0], log_deviation=0.1, reference=5.0)
        )
    with pytest.raises(PhysicsError, match="log deviations"):
        active_area(reference_state="fresh", charge_transfer=Measured(value=10.0, log_deviation=0.0, reference=5.0))
    with pytest.raises(SchemaError, match="one length"):
        active_area(
            reference_state="fresh",
            charge_transfer=Measured(value=[10.0, 11.0], log_deviation=0.1, reference=5.0),
            double_layer=Measured(value=[1.0, 2.0, 3.0], log_deviation=0.1, reference=5.0),
        )
    with pytest.raises(PhysicsError, match="correlation"):
        active_area(reference_state="fresh", charge_transfer=route, correlation=np.ones((3, 3)))


def test_missing_values_stay_missing() -> None:
    found = quiet(charge_transfer=Measured(value=[40.0, np.nan], log_deviation=0.1, reference=20.0))
    assert np.isfinite(found["area_fraction"][0])
    assert np.isnan(found["area_fraction"][1])
    assert not found["agree"][1]
