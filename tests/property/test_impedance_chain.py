"""Any record goes through the whole of impedance: a labelled record or an AlkanodeError at every step, and units cancel."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.data.schema import check
from alkanode.foundation.errors import AlkanodeError, AlkanodeWarning
from alkanode.impedance import (
    ProcessContext,
    assign_processes,
    at_common_time,
    check_spectra,
    choose_arcs,
    electrolyte_conductivity,
    fit_circuit,
    fit_series,
    fitted_arcs,
    identifiability,
    joint_relaxation_times,
    keep_valid_points,
    kramers_kronig,
    operando_map,
    peaks,
    per_interface,
    process_resistance,
    profile_likelihood,
    relaxation_posterior,
    relaxation_times,
    resistance_between,
    sweep_drift,
    track_peaks,
)
from alkanode.impedance.interface.fitted_area import active_area_of_fit
from alkanode.plot.describe_circuit import circuit_fit, circuit_parameters, circuit_residuals
from alkanode.plot.describe_impedance import bode, nyquist
from alkanode.plot.describe_map import relaxation_map
from alkanode.plot.describe_relaxation import distribution
from alkanode.plot.describe_tracks import peak_tracks
from alkanode.plot.describe_validity import kramers_kronig as kramers_kronig_figure
from alkanode.plot.describe_validity import sweep_drift as drift_figure
from alkanode.virtual.synthetic_spectra import synthetic_spectra

Array = npt.NDArray[np.float64]
POINT = ("spectrum", "point")
CIRCUITS = ("R0-p(R1,C1)", "L0-R0-p(R1,CPE1)-p(R2,CPE2)", "R0-CPE0", "R0-p(R1,C1)-Ws1", "LR(RQ)(RQ)")
T = TypeVar("T")


def shape(kind: str, frequency: Array, random: np.random.Generator) -> npt.NDArray[np.complex128]:
    s = 2j * np.pi * frequency
    if kind == "arcs":
        arcs = [
            10 ** random.uniform(-1, 3) / (1 + (s * 10 ** random.uniform(-7, 1)) ** random.uniform(0.6, 1))
            for _ in range(random.integers(1, 4))
        ]
        return np.asarray(10 + sum(arcs))
    if kind == "noise":
        return random.normal(size=s.size) * 10 ** random.uniform(-3, 3, s.size) + 1j * random.normal(size=s.size)
    if kind == "blocked":
        return np.asarray(10 + 1e6 / s**0.9 + 30 / (1 + s * 1e-5))
    if kind == "inductive":
        return np.asarray(1 + 1e-3 * s)
    return np.asarray(-10 - 20 / (1 + s * 1e-3) if kind == "negative" else np.full(s.size, 5.0 + 0j))


def any_record(seed: int) -> xr.Dataset:
    """A record as no laboratory wants it."""
    random = np.random.default_rng(seed)
    count, points = int(random.integers(1, 6)), int(random.choice([1, 2, 5, 8, 12, 30, 60, 90]))
    grid = np.geomspace(10 ** random.uniform(3, 7), 10 ** random.uniform(-2, 1), points)
    alike, scale = random.random() < 0.6, 10.0 ** random.choice([0, 0, 0, 2, -9, 12, -3, 6])
    frequency, impedance = np.full((count, points), np.nan), np.full((count, points), complex(np.nan, np.nan))
    for row in range(count):
        own = points if alike else int(random.integers(1, points + 1))
        f = grid if alike else np.geomspace(grid.max() * random.uniform(0.5, 1), grid.min() * random.uniform(1, 2), own)
        kind = str(random.choice(["arcs", "arcs", "arcs", "noise", "blocked", "inductive", "negative", "constant"]))
        noise = 10 ** random.uniform(-6, -1) * (random.normal(size=own) + 1j * random.normal(size=own))
        frequency[row, :own], impedance[row, :own] = f, scale * shape(kind, f, random) * (1 + noise)
    for _ in range(random.integers(0, 6) if random.random() < 0.3 else 0):
        at = random.integers(count), random.integers(points)
        impedance[at] = complex(random.choice([np.nan, np.inf, 0.0, -1e3, 1e35, 1e-300]), random.choice([0, 1, np.nan]))
    for _ in range(random.integers(0, 4) if random.random() < 0.2 else 0):
        frequency[random.integers(count), random.integers(points)] = random.choice(
            [0, np.nan, -1, np.inf, 1e20, grid[0]]
        )
    order = np.arange(points)
    order = order[::-1] if random.random() < 0.15 else random.permutation(points) if random.random() < 0.15 else order
    frequency, impedance = frequency[:, order], impedance[:, order]
    if random.random() < 0.15:
        frequency, impedance = np.tile(frequency, (1, 2)), np.tile(impedance, (1, 2))
    size = frequency.shape
    start = np.arange(count) * 1000.0
    start = random.permutation(start) if random.random() < 0.3 else start
    fields: dict[str, tuple[object, object]] = {"frequency": (POINT, frequency), "impedance": (POINT, impedance)}
    made = {
        "time": ("spectrum", start if random.random() < 0.9 else np.full(count, np.nan)),
        "charge": ("spectrum", np.cumsum(random.choice([-1.0, 1, 1, 1, 0], count)) * 10),
        "point_time": (POINT, start[:, None] + np.arange(size[1]) * 10.0 ** random.integers(-2, 2)),
        "voltage": (POINT, random.normal(size=size) * 10.0 ** random.integers(-4, 1)),
        "voltage_amplitude": (POINT, np.full(size, 0.01)),
        "current": (POINT, np.sign(random.normal(size=(count, 1))) * 1e-3 * np.ones(size)),
        "masked": ("spectrum", random.random(count) < random.choice([0.5, 1.0])),
    }
    likely = {"time": 0.7, "charge": 0.6, "masked": 0.2}
    return xr.Dataset(
        fields | {name: field for name, field in made.items() if random.random() < likely.get(name, 0.35)}
    )


def attempt(work: Callable[[], T]) -> T | None:
    """The result, checked against its kind, or none where alkanode refuses; any other exception or warning is a failure."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlkanodeWarning)
        try:
            found = work()
        except AlkanodeError:
            return None
    if isinstance(found, xr.Dataset):
        check(found, str(found.attrs["kind"]))
    return found


def distributions(spectra: xr.Dataset, random: np.random.Generator, *, slow: bool) -> list[xr.Dataset | None]:
    options = {
        "regularisation": random.choice(np.array([1e-3, 1e-6, 1.0, "gcv", "l-curve", "re-im"], dtype=object)),
        "penalty_order": int(random.integers(0, 3)),
        "weights": random.choice(np.array([None, "unit", "modulus"], dtype=object)),
        "inductance": bool(random.random() < 0.7),
        "part": str(random.choice(["both", "both", "real", "imaginary"])),
        "basis": str(random.choice(["tent", "gaussian"])),
        "capacitance": bool(random.random() < 0.3),
        "blocking": bool(random.random() < 0.3),
        "pooled": bool(random.random() < 0.5),
        "free_sign": (1e-2, 1.0) if random.random() < 0.3 else None,
    }
    made = [attempt(lambda: relaxation_times(spectra)), attempt(lambda: relaxation_times(spectra, **options))]
    if slow:
        made.append(attempt(lambda: joint_relaxation_times(spectra, most_iterations=300)))
        made.append(attempt(lambda: relaxation_posterior(spectra, iterations=6)))
        if made[-1] is not None:
            posterior = made[-1]
            attempt(lambda: resistance_between(posterior, 1e-6, 1e-2))
    return made


def maps(spectra: xr.Dataset, times: xr.Dataset, validity: xr.Dataset | None, *, slow: bool) -> None:
    attempt(lambda: distribution(times, area="2 cm2"))
    found = attempt(lambda: peaks(times, shoulders=True))
    tracks = attempt(lambda: track_peaks(times))
    if tracks is not None:
        attempt(lambda: peak_tracks(tracks))
    for against in ("charge", "time", "voltage", "spectrum"):
        drawn = attempt(
            lambda against=against: operando_map(times, against=against, spectra=spectra, validity=validity)
        )
        if drawn is not None:
            attempt(lambda against=against, drawn=drawn: relaxation_map(drawn, against=against, tracks=tracks))
    if slow and found is not None:
        attempt(lambda: assign_processes(found, ProcessContext(area=1e-4)))


def circuits(spectra: xr.Dataset, random: np.random.Generator, *, slow: bool) -> None:
    circuit = str(random.choice(CIRCUITS))
    fits = [attempt(lambda: fit_circuit(spectra, circuit))]
    if slow:
        fits.append(attempt(lambda: fit_series(spectra, circuit, starts=1, rounds=1)))
        attempt(lambda: choose_arcs(spectra, most=2, starts=1))
        attempt(lambda: electrolyte_conductivity(spectra, thickness="1 mm", area="1 cm2"))
    for fit in (fit for fit in fits if fit is not None):
        attempt(lambda fit=fit: identifiability(fit, warn=False))
        attempt(lambda fit=fit: fitted_arcs(fit))
        attempt(lambda fit=fit: per_interface(process_resistance(fit, "R0")))
        for draw in (circuit_residuals, circuit_parameters, lambda fit: circuit_fit(spectra, fit)):
            attempt(lambda fit=fit, draw=draw: draw(fit))
        if slow:
            attempt(lambda fit=fit: profile_likelihood(spectra, fit, str(fit["parameter"].values[-1]), nodes=4))
        if "CPE1" in circuit:
            state = {"reference_spectrum": 0, "reference_state": "the first", "charge_transfer": "R1"}
            attempt(lambda fit=fit, state=state: active_area_of_fit(fit, double_layer="CPE1", **state))


def whole_chain(seed: int, *, slow: bool) -> None:
    record, random = any_record(seed), np.random.default_rng(seed + 10**6)
    attempt(lambda: nyquist(record))
    attempt(lambda: bode(record))
    checked = attempt(lambda: check_spectra(record))
    assert checked is not None
    for spectra in (checked, record) if slow else (checked,):
        attempt(lambda spectra=spectra: nyquist(spectra))
        attempt(lambda spectra=spectra: bode(spectra, area="1 cm2"))
        form = str(random.choice(["auto", "impedance", "admittance"]))
        test = attempt(lambda spectra=spectra, form=form: kramers_kronig(spectra, form=form))
        if test is not None:
            attempt(lambda test=test: kramers_kronig_figure(test))
            attempt(lambda spectra=spectra, test=test: keep_valid_points(spectra, test))
        drift = attempt(lambda spectra=spectra: sweep_drift(spectra))
        if drift is not None:
            attempt(lambda drift=drift: drift_figure(drift))
        attempt(lambda spectra=spectra: at_common_time(spectra))
        for times in distributions(spectra, random, slow=slow):
            if times is not None:
                maps(spectra, times, test, slow=slow)
        circuits(spectra, random, slow=slow)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_record_ends_in_records_or_reasons(seed: int) -> None:
    whole_chain(seed, slow=False)


@pytest.mark.parametrize("seed", [5, 7, 94, 412, 451, 473, 484, 529, 561, 593, 687, 2017])
def test_records_that_once_broke_a_step(seed: int) -> None:
    whole_chain(seed, slow=False)


@pytest.mark.slow
@settings(max_examples=150)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_record_through_everything(seed: int) -> None:
    whole_chain(seed, slow=True)


def series(seed: int, spectra: int = 3) -> xr.Dataset:
    return synthetic_spectra("switched_interface", spectra=spectra, points=50, noise=0.002, seed=seed)[0]


_RESISTANCES = ("series_resistance", "polarisation_in_window", "polarisation_out_of_window")


@settings(max_examples=12)
@given(seed=st.integers(0, 1000), scale=st.integers(-9, 9), shift=st.integers(-3, 3))
def test_resistances_scale_with_the_impedance_and_times_with_the_frequency(seed: int, scale: int, shift: int) -> None:
    made = series(seed)
    moved = made.assign(impedance=made["impedance"] * 10.0**scale, frequency=made["frequency"] * 10.0**shift)
    one, other = relaxation_times(made), relaxation_times(moved)
    np.testing.assert_allclose(other["relaxation_time"], one["relaxation_time"] * 10.0**-shift, rtol=1e-9)
    for name in _RESISTANCES:
        np.testing.assert_allclose(other[name] * 10.0**-scale, one[name], rtol=1e-5, atol=1e-5)
    mine, theirs = peaks(one), peaks(other)
    np.testing.assert_array_equal(mine["in_window"], theirs["in_window"])
    np.testing.assert_allclose(theirs["relaxation_time"] * 10.0**shift, mine["relaxation_time"], rtol=1e-4)
    np.testing.assert_allclose(theirs["capacitance"] * 10.0 ** (shift + scale), mine["capacitance"], rtol=1e-3)


@settings(max_examples=8)
@given(seed=st.integers(0, 1000), scale=st.integers(-6, 6), shift=st.integers(-2, 2))
def test_a_fit_scales_too(seed: int, scale: int, shift: int) -> None:
    made = series(seed, spectra=1)
    moved = made.assign(impedance=made["impedance"] * 10.0**scale, frequency=made["frequency"] * 10.0**shift)
    circuit = "L0-R0-p(R1,CPE1)-p(R2,CPE2)"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlkanodeWarning)
        one, other = fit_circuit(made, circuit), fit_circuit(moved, circuit)
    np.testing.assert_allclose(other["chi_square"], one["chi_square"], rtol=1e-3)
    resistances = [name.startswith("R") for name in one["parameter"].values]
    np.testing.assert_allclose(
        other["value"].values[:, resistances] * 10.0**-scale, one["value"].values[:, resistances], rtol=1e-2
    )


@settings(max_examples=12)
@given(seed=st.integers(0, 1000), order=st.permutations(range(4)), masked=st.sets(st.integers(0, 3), max_size=3))
def test_a_batch_is_its_spectra_one_by_one_whatever_their_order_and_masks(
    seed: int, order: list[int], masked: set[int]
) -> None:
    made = series(seed, spectra=4)
    flags = np.isin(np.arange(4), list(masked))
    batch = made.assign(masked=("spectrum", flags)).isel(spectrum=order)
    times, test = relaxation_times(batch), kramers_kronig(batch)
    for place, spectrum in enumerate(order):
        alone = made.isel(spectrum=[spectrum])
        if flags[spectrum]:
            assert np.isnan(times["distribution"].to_numpy()[place]).all()
            continue
        single = relaxation_times(alone)
        for name in _RESISTANCES:
            np.testing.assert_allclose(times[name][place], single[name][0], rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(test["residual_real"][place], kramers_kronig(alone)["residual_real"][0], atol=1e-9)


@settings(max_examples=10)
@given(seed=st.integers(0, 1000), later=st.floats(-1e6, 1e9))
def test_the_zero_of_the_clock_does_not_matter(seed: int, later: float) -> None:
    made = series(seed, spectra=6)
    clock = np.arange(6)[:, None] * 600.0 + np.linspace(0, 500, 50)
    timed = made.assign(point_time=(POINT, clock))
    moved = made.assign(point_time=(POINT, clock + later), time=("spectrum", clock[:, 0] + later))
    one, other = sweep_drift(timed.assign(time=("spectrum", clock[:, 0]))), sweep_drift(moved)
    np.testing.assert_array_equal(one["drift_verdict"], other["drift_verdict"])
    np.testing.assert_allclose(one["change_during_sweep"], other["change_during_sweep"], rtol=1e-4, atol=1e-6)


def test_the_edge_of_the_window_belongs_to_it() -> None:
    times = relaxation_times(series(1, spectra=1))
    low, high = times.attrs["window_shortest"], times.attrs["window_longest"]
    tau = times["relaxation_time"].to_numpy()
    inside = times["in_window"].to_numpy()[0]
    frequency = series(1, spectra=1)["frequency"].to_numpy()
    assert (low, high) == (
        pytest.approx(1 / (2 * np.pi * frequency.max())),
        pytest.approx(1 / (2 * np.pi * frequency.min())),
    )
    np.testing.assert_array_equal(inside, (tau >= low * (1 - 1e-9)) & (tau <= high * (1 + 1e-9)))
