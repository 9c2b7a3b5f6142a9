"""Sums of arcs: derivatives, the chain of spectra, the choice of arcs, and when areas are kept."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import SchemaError
from alkanode.impedance import (
    ArcRules,
    DecompositionRules,
    WalkRules,
    decompose_peaks,
    joint_relaxation_times,
    relaxation_times,
    track_peaks,
)
from alkanode.impedance.decomposition.arc_sum import ArcSum, peak_times, widths
from alkanode.impedance.decomposition.chain import Chain
from alkanode.impedance.elements import resistor, zarc
from alkanode.virtual.synthetic_spectra import synthetic_spectra

FREQUENCY = np.geomspace(1e6, 1.0, 61)


def series(impedance: np.ndarray, noise: float = 0.003, seed: int = 4) -> xr.Dataset:
    draws = np.random.default_rng(seed).normal(size=(2, *impedance.shape))
    noisy = impedance.real * (1 + noise * draws[0]) + 1j * impedance.imag * (1 + noise * draws[1])
    point = ("spectrum", "point")
    return xr.Dataset({"frequency": (point, np.tile(FREQUENCY, (len(noisy), 1))), "impedance": (point, noisy)})


def fading(count: int = 16) -> tuple[xr.Dataset, np.ndarray]:
    """Two arcs 0.7 decade apart, of which the faster fades to nothing."""
    small = np.linspace(20, 0, count)
    z = np.array(
        [resistor(FREQUENCY, 10) + zarc(FREQUENCY, R, 1e-4, 0.95) + zarc(FREQUENCY, 40, 5e-4, 0.9) for R in small]
    )
    return series(z), small


def test_derivatives_are_those_of_the_impedance() -> None:
    model = ArcSum(("depressed", "log-normal", "skewed"), tail=True)
    random = np.random.default_rng(1)
    x = random.normal(size=(2, model.size))
    for arc, tau in enumerate((1e-5, 1e-3, 1e-1)):
        x[:, model.log_time(arc)] = np.log(tau)
    frequency = np.tile(FREQUENCY, (2, 1))
    z, derivatives = model.evaluate(frequency, x)
    for place in range(model.size):
        moved = x.copy()
        moved[:, place] += 1e-6
        numeric = (model.evaluate(frequency, moved)[0] - z) / 1e-6
        np.testing.assert_allclose(derivatives[:, place], numeric, atol=1e-4 * max(1.0, np.abs(numeric).max()))


def test_the_peak_and_width_of_a_shape_are_those_of_its_spectrum_and_distribution() -> None:
    model = ArcSum(("skewed",), tail=False)
    x = np.array([[0.0, 0.0, 1.0, np.log(1e-3), 1.0, -0.5]])
    fine = np.geomspace(1, 1e5, 20001)
    loss = -model.evaluate(fine[None], x)[0][0].imag
    known = model.unknowns(x, 0)
    assert np.exp(peak_times("skewed", known)[0]) == pytest.approx(1 / (2 * np.pi * fine[np.argmax(loss)]), rel=1e-3)
    symmetric = {"time": np.zeros(1), "alpha": np.array([0.8]), "beta": np.ones(1)}
    assert widths("skewed", symmetric)[0] == pytest.approx(widths("depressed", symmetric)[0], abs=0.03)


def test_the_chain_is_the_inverse_of_its_matrix() -> None:
    random = np.random.default_rng(2)
    count, k = 5, 3
    half = random.normal(size=(count, k, 6))
    blocks, tie = half @ half.transpose(0, 2, 1) + 3 * np.eye(k), random.uniform(0, 1, size=(count - 1, k))
    whole = np.zeros((count * k, count * k))
    for place in range(count):
        here = slice(place * k, (place + 1) * k)
        whole[here, here] = blocks[place]
        if place:
            before = slice((place - 1) * k, place * k)
            whole[here, before] = whole[before, here] = -np.diag(tie[place - 1])
    chain, inverse = Chain.of(blocks, tie), np.linalg.inv(whole)
    right = random.normal(size=(count, k))
    np.testing.assert_allclose(chain.solve(right).ravel(), inverse @ right.ravel())
    own, next_to = chain.covariance()
    for place in range(count):
        here = slice(place * k, (place + 1) * k)
        np.testing.assert_allclose(own[place], inverse[here, here], atol=1e-12)
        if place:
            np.testing.assert_allclose(
                next_to[place - 1], np.diagonal(inverse[(place - 1) * k : place * k, here]), atol=1e-12
            )


def test_a_process_that_fades_keeps_a_small_resistance_with_its_error() -> None:
    record, small = fading()
    found = decompose_peaks(record, relaxation_times(record))
    check(found, "peak_decomposition")
    assert found.sizes["process"] == 2
    assert found.described.values.all()
    R, sd = found.resistance.values, found.resistance_deviation.values
    assert (np.abs(R[:, 0] - small) < 4 * sd[:, 0] + 0.02).all()
    assert (np.abs(R[:, 1] - 40) < 4 * sd[:, 1] + 0.02).all()
    assert found.detected.values[:10].all()
    assert not found.detected.values[-1, 0]
    assert np.isnan(found.capacitance.values[-1, 0])
    np.testing.assert_allclose(found.series_resistance, 10, atol=0.3)


def test_the_track_of_a_fading_process_says_up_to_where_it_is_seen() -> None:
    record, _ = fading()
    table = track_peaks(relaxation_times(record), record=record)
    check(table, "peak_tracks")
    assert table.row_count.values.tolist() == [16, 16]
    assert table.death.values[0].startswith("fades after spectrum 1")
    assert set(table.resistance_from.values.tolist()) == {"arcs"}
    assert set(track_peaks(relaxation_times(record)).resistance_from.values.tolist()) == {"area"}


def test_resistances_scale_with_the_spectra_and_times_do_not() -> None:
    record, _ = fading(8)
    larger = record.assign(impedance=1e3 * record.impedance)
    one, two = (decompose_peaks(r, relaxation_times(r)) for r in (record, larger))
    np.testing.assert_allclose(two.resistance, 1e3 * one.resistance, rtol=1e-3, atol=1.0)
    np.testing.assert_allclose(two.relaxation_time, one.relaxation_time, rtol=1e-3)
    np.testing.assert_allclose(two.resistance_deviation, 1e3 * one.resistance_deviation, rtol=1e-2)


def test_masked_spectra_stay_empty_and_segments_have_processes_of_their_own() -> None:
    record, _ = synthetic_spectra("switched_interface", spectra=13)
    masked = np.arange(13) == 5
    record = record.assign(masked=("spectrum", masked), mask_reason=("spectrum", np.where(masked, "drift", "")))
    found = decompose_peaks(record, joint_relaxation_times(record))
    known = np.isfinite(found.resistance.values)
    assert known.sum(axis=1).tolist() == [3, 3, 3, 3, 3, 0, *[3] * 7]
    assert found.area_reason.values[5] == "no distribution"
    assert len(found.attrs["arcs"].splitlines()) == 3


def test_where_arcs_miss_the_spectrum_areas_are_kept_with_the_reason() -> None:
    record, _ = fading(6)
    rules = DecompositionRules(most_misfit=1e-6, misfit_factor=1e-6)
    times = relaxation_times(record)
    found = decompose_peaks(record, times, rules=rules)
    assert not found.described.values.any()
    assert "arcs miss the spectrum by 0.2% of |Z|" in found.area_reason.values[0]
    kept, areas = track_peaks(times, record=record, decomposition=rules), track_peaks(times)
    np.testing.assert_allclose(kept.resistance, areas.resistance)
    assert set(kept.resistance_from.values.tolist()) == {"area"}
    assert kept.attrs["area_reasons"].startswith("0: arcs miss")


def test_one_spectrum_and_no_peak() -> None:
    record, _ = fading(1)
    found = decompose_peaks(record, relaxation_times(record))
    np.testing.assert_allclose(found.resistance.values[0], [20, 40], atol=3)
    times = relaxation_times(record)
    empty = times.assign(distribution=0 * times.distribution)
    found = decompose_peaks(record, empty)
    assert found.sizes["process"] == 0
    assert found.area_reason.values[0] == "no peak from which an arc could start"


def test_rules_and_records_that_do_not_fit_are_refused() -> None:
    with pytest.raises(SchemaError, match="walk rules"):
        WalkRules(time_range=0.0)
    with pytest.raises(SchemaError, match="evidence"):
        ArcRules(most_arcs=0)
    with pytest.raises(SchemaError, match="detection"):
        DecompositionRules(detection=-1.0)
    record, _ = fading(4)
    with pytest.raises(SchemaError, match="spectra of the distributions"):
        decompose_peaks(record.isel(spectrum=slice(3)), relaxation_times(record))
