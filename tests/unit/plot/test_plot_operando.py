"""Maps over parts, few columns, current and voltage; the figure of tracks; the interval of a distribution."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import SchemaError
from alkanode.impedance import joint_relaxation_times, kramers_kronig, operando_map, relaxation_times, track_peaks
from alkanode.plot.describe_map import relaxation_map
from alkanode.plot.describe_relaxation import distribution
from alkanode.plot.describe_tracks import peak_tracks
from alkanode.virtual.synthetic_spectra import synthetic_spectra


@pytest.fixture(scope="module")
def record() -> xr.Dataset:
    return synthetic_spectra("switched_interface", spectra=13, points=40, noise=0.005)[0]


@pytest.fixture(scope="module")
def times(record: xr.Dataset) -> xr.Dataset:
    return joint_relaxation_times(record)


def test_each_run_of_the_charge_has_a_panel_with_separate_columns(times: xr.Dataset) -> None:
    figure = relaxation_map(operando_map(times))
    assert len(figure.panels) == 3
    filled = [np.isfinite(panel.maps[0].z).any(axis=0) for panel in figure.panels]
    assert [int(columns.sum()) for columns in filled] == [4, 4, 5]
    for columns in filled:
        assert columns[::2].all()
        assert not columns[1::2].any()
    assert [panel.x.reversed for panel in figure.panels] == [False, True, False]
    assert len({panel.maps[0].limits for panel in figure.panels}) == 1
    assert "White columns" in figure.caption
    with pytest.raises(SchemaError, match="operando_map cut it into parts"):
        relaxation_map(times)


def test_current_stands_under_every_column(times: xr.Dataset) -> None:
    levels = times.assign(mean_current=("spectrum", 1e-3 * np.repeat([1.0, 2.0, 3.0], [4, 4, 5])))
    (panel,) = relaxation_map(levels, against="current").panels
    assert panel.x.categories == ("1",) * 4 + ("2",) * 4 + ("3",) * 5
    assert panel.x.unit == "mA"
    assert np.isfinite(panel.maps[0].z).any(axis=0).all()
    with pytest.raises(SchemaError, match="operando_map"):
        relaxation_map(times, against="voltage")


def test_spectra_that_fail_the_test_are_marked(record: xr.Dataset, times: xr.Dataset) -> None:
    test = kramers_kronig(record)
    test["valid"] = ("spectrum", np.arange(13) != 5)
    mapped = operando_map(times, against="time", validity=test)
    assert mapped.attrs["invalid_spectra"] == "5"
    figure = relaxation_map(mapped, against="time")
    (mark,) = figure.panels[0].series
    assert mark.name == "fails the Kramers-Kronig test"
    assert mark.x.tolist() == pytest.approx([5 * 60 / 3600])
    assert "fail the Kramers-Kronig test" in figure.caption


def test_tracks_lie_on_the_map(times: xr.Dataset) -> None:
    tracks = track_peaks(times)
    figure = relaxation_map(operando_map(times), tracks=tracks)
    drawn = [series for panel in figure.panels for series in panel.series]
    assert drawn
    grain_boundary = [series for series in drawn if series.name == "track 0"]
    assert len(grain_boundary) == 3
    points = np.concatenate([series.y for series in grain_boundary])
    np.testing.assert_allclose(np.sort(points), np.sort(tracks.relaxation_time[tracks.track == 0]))


def test_the_figure_of_tracks_holds_the_table(times: xr.Dataset) -> None:
    tracks = track_peaks(times)
    figure = peak_tracks(tracks, against="charge", area="0.5 cm2")  # it turns back, so time takes its place
    assert figure.panels[0].x.label == "time"
    assert [line.value for line in figure.panels[0].lines] == pytest.approx([3.5 / 60, 7.5 / 60])
    figure = peak_tracks(tracks, against="spectrum", area="0.5 cm2")
    time_panel, resistance, capacitance = figure.panels
    rows = np.flatnonzero(tracks.track.values == 0)
    np.testing.assert_allclose(resistance.series[0].y, 0.5 * tracks.resistance.values[rows])
    np.testing.assert_allclose(capacitance.series[0].y, 1e6 * tracks.capacitance.values[rows] / 0.5)
    assert capacitance.y.unit == "uF cm-2"
    assert [line.value for line in time_panel.lines] == [3.5, 7.5]
    short = int((tracks.row_count < 3).sum())
    assert figure.notes == ((f"{short} tracks of fewer than 3 spectra are not drawn.",) if short else ())
    with pytest.raises(SchemaError, match="at least one peak"):
        peak_tracks(tracks.isel(row=[], peak_track=[]))


def test_a_distribution_carries_its_interval(record: xr.Dataset) -> None:
    times = relaxation_times(record)
    gamma = times["distribution"]
    banded = times.assign(distribution_low=0.9 * gamma, distribution_high=1.2 * gamma)
    panel = distribution(banded, [0]).panels[0]
    solid, band = panel.series[0], panel.fills[0]
    inside = times.in_window.values[0]
    np.testing.assert_allclose(band.lower[inside], 0.9 * solid.y[inside])
    np.testing.assert_allclose(band.upper[inside], 1.2 * solid.y[inside])
    assert np.isnan(band.upper[~inside]).all()
    assert panel.y.limits is not None
    assert panel.y.limits[1] >= np.nanmax(band.upper)
    several = distribution(banded, [0, 3]).panels[0].fills
    assert [(fill.role, fill.in_legend) for fill in several] == [("primary", True), ("second", False)]
    assert distribution(times, [0]).panels[0].fills == ()
    assert distribution(banded).panels[0].fills == ()
