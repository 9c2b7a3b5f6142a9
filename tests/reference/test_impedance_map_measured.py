"""Maps and tracks of measured series of other laboratories."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import DataQualityWarning
from alkanode.impedance import check_spectra, joint_relaxation_times, track_peaks
from alkanode.io.biologic.mpr import MprReader
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.whole import impedance_part

Measured = Callable[[str], Path]


@pytest.fixture
def lithium(measured: Measured) -> xr.Dataset:
    return MprReader().read(measured("cycling/li_peo_geis_strip.mpr"))["impedance"].to_dataset()


def test_lithium_stripping_has_two_processes_without_jumps(lithium: xr.Dataset) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)
        part = impedance_part(lithium, None, Impedance(frequency_range=("0 Hz", "50 kHz")))
    assert not part.missing
    assert part.details["against"] == "charge"
    assert part.details["joint"]
    assert part.details["breaks"] == []
    whole = [track for track in part.details["tracks"] if track["rows"] == 57]
    assert len(whole) == 2
    fast, slow = sorted(whole, key=lambda track: track["relaxation_time"][0])
    assert 4e-4 < fast["relaxation_time"][0] < 6e-4
    assert 0.1 < slow["relaxation_time"][0] < 0.3
    assert fast["resistance"][1] > 1.5 * fast["resistance"][0]
    # the slow arc leaves the window of 0.8 s at the end; areas said so by polarisation beyond it
    assert slow["relaxation_time"][1] > 0.8
    rows = part.records["peak_tracks"]
    assert set(rows.resistance_from.values.tolist()) == {"arcs"}
    assert not rows.in_window.values[rows.track.values == slow["track"]][-1]
    for track in (fast["track"], slow["track"]):
        R = rows.resistance.values[rows.track.values == track]
        assert np.abs(np.diff(np.log(R[26:36]))).max() < 0.1  # no jump where a valley of the distribution moves
    assert set(part.tables) >= {"tracks", "peaks"}
    assert set(part.figures) >= {"map", "tracks"}
    masked = part.records["operando_map"].masked.values
    assert np.flatnonzero(masked).tolist() == [57, 58, 59, 60]


def test_a_spectrum_that_stands_out_of_its_series_is_inverted_alone(measured: Measured) -> None:
    with pytest.warns(DataQualityWarning, match="no log module"):
        history = MprReader().read(measured("impedance/vsp_peis_with.mpr"))
    times = joint_relaxation_times(check_spectra(history["impedance"].to_dataset()))
    assert np.flatnonzero(~times.jointly.values).tolist() == [26]
    assert [line.split(":")[0] for line in times.attrs["breaks"].splitlines()] == ["26", "27"]
    tracks = track_peaks(times)
    slow = tracks.isel(row=np.flatnonzero((tracks.relaxation_time.values > 0.3) & ~tracks.beyond_window.values))
    assert float(slow.relaxation_time.std() / slow.relaxation_time.mean()) < 0.1
