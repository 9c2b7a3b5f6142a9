from __future__ import annotations

import warnings

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.impedance import relaxation_times
from alkanode.impedance.elements import capacitor, inductor, resistor, zarc
from alkanode.impedance.frequency_grids import frequency_grids

FREQUENCY = np.geomspace(1e6, 1, 60)
IMPEDANCE = resistor(FREQUENCY, 5) + zarc(FREQUENCY, 20, 1e-4, 0.9) + zarc(FREQUENCY, 30, 1e-2, 0.8)


def record(*spectra: tuple[np.ndarray, np.ndarray], **more: np.ndarray) -> xr.Dataset:
    length = max(len(f) for f, _ in spectra)
    frequency = np.full((len(spectra), length), np.nan)
    impedance = np.full((len(spectra), length), np.nan + 1j * np.nan)
    for k, (f, z) in enumerate(spectra):
        frequency[k, : len(f)], impedance[k, : len(z)] = f, z
    fields = {"frequency": (("spectrum", "point"), frequency), "impedance": (("spectrum", "point"), impedance)}
    return xr.Dataset({**fields, **{name: ("spectrum", values) for name, values in more.items()}})


def test_the_record_says_what_it_holds():
    result = relaxation_times(record((FREQUENCY, IMPEDANCE), time=np.array([12.0]), charge=np.array([3.0])))
    check(result, "relaxation_times")
    assert result.distribution.attrs["units"] == "ohm"
    assert result.attrs["regularisation"] == 1e-3
    assert result.attrs["kind"] == "relaxation_times"
    assert result.time.item() == 12.0
    assert result.charge.item() == 3.0
    assert (result.distribution >= 0).all()


def test_the_window_is_that_of_the_frequencies():
    result = relaxation_times(record((FREQUENCY, IMPEDANCE)))
    tau = result.relaxation_time.values
    inside = tau[result.in_window.values[0]]
    assert inside.min() >= 1 / (2 * np.pi * 1e6) * (1 - 1e-9)
    assert inside.max() <= 1 / (2 * np.pi * 1) * (1 + 1e-9)
    assert tau[0] == pytest.approx(1 / (2 * np.pi * 1e6) / np.sqrt(10))
    assert tau[-1] == pytest.approx(1 / (2 * np.pi) * np.sqrt(10))


def test_resistances_are_found():
    result = relaxation_times(record((FREQUENCY, IMPEDANCE)))
    assert result.series_resistance.item() == pytest.approx(5, rel=0.02)
    total = result.polarisation_in_window.item() + result.polarisation_out_of_window.item()
    assert total == pytest.approx(50, rel=0.01)
    assert result.rms_residual.item() < 0.005


def test_each_spectrum_has_its_own_window_on_the_common_grid():
    long = np.geomspace(1e6, 0.01, 80)
    z = resistor(long, 5) + zarc(long, 20, 1e-4, 0.9) + zarc(long, 30, 1e-2, 0.8)
    together = relaxation_times(record((FREQUENCY, IMPEDANCE), (long, z)))
    assert together.in_window.values[1].sum() > together.in_window.values[0].sum()
    reach = together.relaxation_time.values <= np.sqrt(10) / (2 * np.pi) * (1 + 1e-6)
    np.testing.assert_array_equal(np.isfinite(together.distribution.values[0]), reach)
    assert np.isfinite(together.distribution.values[1]).all()
    alone = relaxation_times(record((FREQUENCY, IMPEDANCE)))
    assert together.polarisation_in_window.values[0] == pytest.approx(alone.polarisation_in_window.item(), rel=5e-3)


def test_spectra_do_not_influence_each_other():
    random = np.random.default_rng(0)
    spectra = [IMPEDANCE * (1 + 0.3 * k + 0.002 * random.normal(size=60)) for k in range(5)]
    together = relaxation_times(record(*[(FREQUENCY, z) for z in spectra]))
    for k, z in enumerate(spectra):
        alone = relaxation_times(record((FREQUENCY, z)))
        np.testing.assert_allclose(together.distribution[k], alone.distribution[0], rtol=1e-7, atol=1e-7)


def test_masked_spectra_are_gaps_with_their_reason():
    dataset = record(
        (FREQUENCY, IMPEDANCE),
        (FREQUENCY, np.full(60, np.nan + 0j)),
        masked=np.array([False, True]),
        mask_reason=np.array(["", "voltage drift"]),
    )
    result = relaxation_times(dataset)
    assert np.isnan(result.distribution[1]).all()
    assert np.isnan(result.polarisation_in_window.values[1])
    assert not result.in_window[1].any()
    assert result.masked.values.tolist() == [False, True]
    assert result.mask_reason.values[1] == "voltage drift"
    dataset["masked"] = ("spectrum", np.array([True, True]))
    with pytest.raises(SchemaError, match="all masked"):
        relaxation_times(dataset)


def test_without_its_column_inductance_eats_the_fast_arc():
    frequency = np.geomspace(7e6, 1, 80)
    z = (
        resistor(frequency, 15)
        + inductor(frequency, 1e-7)
        + zarc(frequency, 20, 1e-7, 0.95)
        + zarc(frequency, 20, 1e-3, 0.9)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        fast = [
            result.distribution[0, result.relaxation_time < 3e-6].sum().item()
            * np.diff(np.log(result.relaxation_time))[0]
            for result in (relaxation_times(record((frequency, z)), inductance=flag) for flag in (True, False))
        ]
    assert fast[0] == pytest.approx(20, rel=0.02)
    assert fast[1] < 0.92 * 20
    assert relaxation_times(record((frequency, z))).inductance.item() == pytest.approx(1e-7, rel=0.05)


@pytest.mark.parametrize("part", ["real", "imaginary"])
def test_one_part_of_the_impedance_is_enough(part: str):
    result = relaxation_times(record((FREQUENCY, IMPEDANCE)), part=part)
    assert result.series_resistance.item() == pytest.approx(5, rel=0.06)
    assert result.polarisation_in_window.item() == pytest.approx(49, rel=0.03)
    assert np.isnan(result.inductance.item()) == (part == "real")


def test_modulus_weights_serve_small_arcs_beside_large_ones():
    z = resistor(FREQUENCY, 1) + zarc(FREQUENCY, 1, 1e-5, 0.95) + zarc(FREQUENCY, 2000, 1e-2, 0.95)
    random = np.random.default_rng(2)
    noisy = z * (1 + 0.002 * random.normal(size=60))
    small = []
    for weights in ("unit", "modulus"):
        result = relaxation_times(record((FREQUENCY, noisy)), weights=weights)
        small.append(result.rms_residual.item())
    assert small[1] < 0.5 * small[0]


def test_the_series_resistance_is_not_negative_unless_the_data_are():
    cut = zarc(FREQUENCY, 1000, 4e-8, 0.85) + zarc(FREQUENCY, 60, 5e-5, 0.9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        result = relaxation_times(record((FREQUENCY, cut), (FREQUENCY, IMPEDANCE - 9.0)))
    assert result.series_resistance.values[0] >= 0
    assert result.series_resistance.values[1] == pytest.approx(-4, abs=0.2)
    assert result.polarisation_in_window.values[1] == pytest.approx(49, rel=0.02)


def test_a_blocking_tail_is_named():
    with pytest.warns(DataQualityWarning, match="blocking tail"):
        relaxation_times(record((FREQUENCY, IMPEDANCE + capacitor(FREQUENCY, 1e-5))))


@pytest.mark.parametrize("order", [0, 1, 2])
def test_more_regularisation_is_smoother_and_fits_worse(order: int):
    results = [
        relaxation_times(record((FREQUENCY, IMPEDANCE)), regularisation=r, penalty_order=order) for r in (1e-5, 1e-2)
    ]
    heights = [float(result.distribution.max()) for result in results]
    assert heights[0] > heights[1]
    assert results[0].rms_residual.item() < results[1].rms_residual.item()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"regularisation": 0.0}, "regularisation"),
        ({"regularisation": float("nan")}, "regularisation"),
        ({"penalty_order": 3}, "penalty_order"),
        ({"points_per_decade": 1}, "points_per_decade"),
        ({"extend_decades": -0.1}, "extend_decades"),
        ({"weights": "proportional"}, "weights"),
        ({"part": "phase"}, "part"),
    ],
)
def test_options_out_of_range_are_named(options: dict[str, object], words: str):
    with pytest.raises(SchemaError, match=words):
        relaxation_times(record((FREQUENCY, IMPEDANCE)), **options)


def test_direct_current_rows_are_refused():
    with pytest.raises(PhysicsError, match="DC row"):
        relaxation_times(record((np.append(FREQUENCY, 0.0), np.append(IMPEDANCE, 55.0))))


def test_sweeps_on_almost_one_grid_share_it():
    near = FREQUENCY * (1 + 5e-4)
    far = FREQUENCY * (1 + 5e-3)
    dataset = record(
        (FREQUENCY, IMPEDANCE), (near[::-1], IMPEDANCE[::-1]), (far, IMPEDANCE), (FREQUENCY[:50], IMPEDANCE[:50])
    )
    grids = frequency_grids(dataset)
    assert [grid.spectra.tolist() for grid in grids] == [[0, 1], [2], [3]]
    np.testing.assert_array_equal(grids[0].impedance[1], IMPEDANCE)
    np.testing.assert_array_equal(grids[0].points[1], np.arange(60)[::-1])
