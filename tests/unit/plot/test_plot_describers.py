"""What each figure says: numbers in display units, masks, windows, bands, notes."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from alkanode.data import label
from alkanode.electrochem import critical_stripping, find_failures
from alkanode.foundation.errors import DataQualityWarning, SchemaError, UnitsError
from alkanode.plot.describe_cycling import nice_step, phase_bands, stripping, voltage_history
from alkanode.plot.describe_impedance import bode, nyquist
from alkanode.plot.describe_recovery import recovered_against_true
from alkanode.plot.describe_relaxation import distribution, relaxation_map
from alkanode.plot.describe_thermo import phase_diagram, phase_name


def test_history_shows_hours_milliamperes_and_zero_current(cycling: xr.Dataset) -> None:
    figure = voltage_history(cycling, events=[(3600.0, "short")])
    top, bottom = figure.panels
    assert figure.shared_x
    assert top.x.unit == "h"
    assert top.series[0].x[-1] == pytest.approx(2.0)
    assert bottom.series[0].y == pytest.approx(np.full(400, 1.0))
    assert bottom.y.limits is not None
    assert bottom.y.limits[0] <= 0
    assert top.lines[0].value == pytest.approx(1.0)


def test_history_per_area_and_per_mass(cycling: xr.Dataset) -> None:
    per_area = voltage_history(cycling, area="0.5 cm2").panels[1]
    assert per_area.y.unit == "mA cm-2"
    assert per_area.series[0].y == pytest.approx(np.full(400, 2.0))
    per_mass = voltage_history(cycling, mass="4 mg").panels[1]
    assert per_mass.y.unit == "mA g-1"
    assert per_mass.series[0].y == pytest.approx(np.full(400, 250.0))
    with pytest.raises(UnitsError):
        voltage_history(cycling, area="4 mg")


def test_history_takes_a_record_of_failures(cycling: xr.Dataset) -> None:
    failures = find_failures(cycling)
    lines = voltage_history(cycling, events=failures).panels[0].lines
    assert [line.value * 3600 for line in lines] == pytest.approx(failures["time"].to_numpy())
    with pytest.raises(SchemaError, match="'failure'"):
        voltage_history(cycling, events=cycling)


def test_stripping_axis_is_the_most_telling_one(cycling: xr.Dataset) -> None:
    plain = stripping(cycling).panels[0]
    assert plain.x.unit == "mAh"
    assert plain.series[0].x[-1] == pytest.approx(2.0)
    assert stripping(cycling, area="0.5 cm2").panels[0].series[0].x[-1] == pytest.approx(4.0)
    both = stripping(cycling, area="0.5 cm2", mass="8 mg").panels[0]
    assert both.x.unit == "mAh g-1"
    assert both.series[0].x[-1] == pytest.approx(250.0)
    (twin,) = both.twins
    assert twin.axis.unit == "mAh cm-2"
    position = dict(zip(twin.labels, twin.positions, strict=True))
    assert position["4"] == pytest.approx(250.0)


def test_stripping_regions_come_from_the_path(cycling: xr.Dataset, path: xr.Dataset) -> None:
    figure = stripping(cycling, mass="8 mg", path=path)
    bands = figure.panels[0].bands
    assert [band.label for band in bands] == ["liquid", "liquid + K(s)", "K(s)"]
    assert [(band.x0, band.x1) for band in bands] == [(0, 200), (200, 280), (280, 300)]
    assert [band.role for band in bands] == ["liquid", "two-phase", "solid"]
    assert not any(band.upright for band in bands)
    assert [band.upright for band in phase_bands(path, axis=(0.0, 1500.0))] == [False, True, True]
    notes = " ".join(figure.notes)
    assert "25 °C" in notes
    assert "195 to 205 within ±2 K" in notes
    assert "recalled, unverified" in notes
    with pytest.raises(SchemaError, match="mass of alloy"):
        stripping(cycling, path=path)


def test_stripping_marks_the_cut_offs_that_were_reached(cycling: xr.Dataset) -> None:
    limit = critical_stripping(cycling, cutoff=["0.5 V", "5 V"])
    lines = stripping(cycling, limit=limit).panels[0].lines
    assert len(lines) == 1
    assert lines[0].value == pytest.approx(float(limit["charge"][0]) / 3.6)
    assert "0.5 V at" in lines[0].label
    with pytest.raises(SchemaError, match="critical_stripping"):
        stripping(cycling, limit=cycling)


def test_stripping_picks_the_half_cycle_and_the_electrode(cycling: xr.Dataset) -> None:
    sign = np.where(np.arange(400) < 150, 1.0, -1.0)
    record = cycling.drop_vars("charge").assign(current=("row", 1e-3 * sign), voltage=("row", 0.1 * sign))
    working = stripping(record)
    assert working.panels[0].series[0].x.size == 150
    assert "Half cycle 0 of 2" in working.notes[0]
    counter = stripping(record, stripped="counter").panels[0].series[0]
    assert counter.x.size == 251
    assert (np.diff(counter.x[2:]) > 0).all()
    with pytest.raises(SchemaError, match="counter electrode"):
        stripping(cycling, stripped="counter")


@given(st.floats(1e-6, 1e6))
def test_nice_steps_divide_a_span_into_few_parts(span: float) -> None:
    assert 5 - 1e-6 <= span / nice_step(span) <= 12.5 + 1e-6


def test_nyquist_has_equal_axes_and_names_the_mask(spectra: xr.Dataset) -> None:
    figure = nyquist(spectra, area="2 cm2")
    panel = figure.panels[0]
    assert panel.x.equal
    assert panel.y.equal
    assert panel.x.unit == "ohm cm2"
    assert panel.series[0].x[0] == pytest.approx(20.0, rel=1e-3)
    assert np.nanmax(panel.series[0].y) == pytest.approx(20.0, rel=0.02)
    masked = panel.series[3]
    assert masked.style == "dashed"
    assert masked.role == "muted"
    assert "drift <5 mV" in masked.hover[0]
    assert panel.series[2].x.size == 25
    assert [one.shade for one in panel.series[:5]] == [0.0, 0.25, 0.5, None, 1.0]
    assert panel.colour_scale is not None
    assert (panel.colour_scale.low, panel.colour_scale.high) == (0.0, pytest.approx(4.0))


def test_a_masked_spectrum_does_not_set_the_frame(spectra: xr.Dataset) -> None:
    huge = spectra.copy(deep=True)
    huge["impedance"][3] *= 1000
    assert nyquist(huge).panels[0].x.limits == nyquist(spectra).panels[0].x.limits


def test_nyquist_of_a_choice_and_of_a_long_series(spectra: xr.Dataset) -> None:
    one = nyquist(spectra, spectra=[1]).panels[0]
    assert [series.name for series in one.series] == ["spectrum 1, charge 1 mAh", "decades of frequency"]
    assert not one.series[0].in_legend  # one curve needs no name
    assert one.colour_scale is None
    with pytest.raises(SchemaError, match="between 0 and 4"):
        nyquist(spectra, spectra=[5])
    many = xr.concat([spectra.drop_vars(["charge", "time"])] * 20, dim="spectrum")
    figure = nyquist(many)
    assert len([series for series in figure.panels[0].series if series.style != "squares"]) == 40
    assert figure.notes == ("40 of 100 spectra are drawn, evenly spread.",)
    assert figure.panels[0].colour_scale is not None
    assert figure.panels[0].colour_scale.label == "spectrum"


def test_bode_turns_the_phase_and_keeps_one_frequency_axis(spectra: xr.Dataset) -> None:
    figure = bode(spectra, spectra=[0])
    magnitude, phase = figure.panels
    assert magnitude.x.scale == "log"
    assert magnitude.y.scale == "log"
    z = spectra["impedance"].to_numpy()[0]
    assert magnitude.series[0].y == pytest.approx(np.abs(z))
    assert phase.series[0].y == pytest.approx(-np.degrees(np.angle(z)))


def test_map_hides_what_the_data_do_not_determine(times: xr.Dataset) -> None:
    figure = relaxation_map(times)
    panel = figure.panels[0]
    (drawn,) = panel.maps
    tau = times["relaxation_time"].to_numpy()
    inside = times["in_window"].to_numpy()[0]
    assert drawn.z.shape == (tau.size, 12)
    assert np.isnan(drawn.z[~inside]).all()
    assert np.isnan(drawn.z[:, 7]).all()
    assert np.isfinite(np.delete(drawn.z[inside], 7, axis=1)).all()
    assert drawn.z[inside, 3] == pytest.approx(times["distribution"].to_numpy()[3, inside])
    outside = [band for band in panel.bands if band.role == "outside"]
    masked = [band for band in panel.bands if band.role == "masked"]
    assert len(outside) == 2
    assert all(band.label == "outside the measured window" for band in outside)
    assert len(masked) == 1
    assert "drift 12 %" in masked[0].hover
    assert (masked[0].x0, masked[0].x1) == (pytest.approx(6.5), pytest.approx(7.5))
    assert figure.notes == ("1 of 12 spectra are masked: drift 12 %.",)


def test_second_scale_of_the_map_is_the_frequency(times: xr.Dataset) -> None:
    (twin,) = relaxation_map(times).panels[0].twins
    place = dict(zip(twin.labels, twin.positions, strict=True))
    assert place["10⁰"] == pytest.approx(1 / (2 * np.pi))
    assert place["10⁶"] == pytest.approx(1 / (2 * np.pi * 1e6))


def test_map_in_area_specific_units_and_over_time(times: xr.Dataset) -> None:
    drawn = relaxation_map(times, against="time", area="0.5 cm2").panels[0].maps[0]
    plain = relaxation_map(times).panels[0].maps[0]
    assert drawn.unit == "ohm cm2"
    assert plain.unit == "ohm"
    known = np.isfinite(plain.z)
    assert drawn.z[known] == pytest.approx(0.5 * plain.z[known])
    assert drawn.x_edges[-1] == pytest.approx(11.5 * 600 / 3600)


def test_map_needs_one_direction_and_says_what_it_loses(times: xr.Dataset) -> None:
    turning = times.assign(charge=("spectrum", np.abs(np.arange(12.0) - 5)))
    with pytest.raises(SchemaError, match="one direction"):
        relaxation_map(turning)
    backwards = times.assign(charge=("spectrum", -np.arange(12.0)))
    assert (np.diff(relaxation_map(backwards).panels[0].maps[0].x_edges) > 0).all()
    doubled = times.assign(charge=("spectrum", np.maximum(np.arange(12.0), 1)))
    with pytest.warns(DataQualityWarning, match="share their charge"):
        relaxation_map(doubled)
    unknown = times.assign(charge=("spectrum", np.where(np.arange(12) == 2, np.nan, np.arange(12.0))))
    with pytest.warns(DataQualityWarning, match="have no charge"):
        relaxation_map(unknown)
    with pytest.raises(SchemaError, match="'time'"):
        relaxation_map(times.drop_vars("charge"))


def test_map_shows_a_window_that_changes(times: xr.Dataset) -> None:
    narrower = times.copy(deep=True)
    narrower["in_window"][6:, 40:] = False
    outside = [band for band in relaxation_map(narrower).panels[0].bands if band.role == "outside"]
    assert len(outside) == 4
    assert sorted({(band.x0, band.x1) for band in outside}) == [
        (pytest.approx(-0.5), pytest.approx(5.5)),
        (pytest.approx(5.5), pytest.approx(11.5)),
    ]


def test_distribution_is_dotted_outside_its_window(times: xr.Dataset) -> None:
    panel = distribution(times, [0, 7]).panels[0]
    inside = times["in_window"].to_numpy()[0]
    solid = panel.series[0]
    dotted = panel.series[1]
    assert np.array_equal(np.isfinite(solid.y), inside)
    assert dotted.style == "dotted"
    assert np.isfinite(dotted.y[~inside]).all()
    assert np.isfinite(dotted.y[inside]).sum() == 2
    assert panel.series[2].role == "muted"
    assert [band.role for band in panel.bands] == ["outside", "outside"]
    assert len(distribution(times).panels[0].series) == 24
    with pytest.raises(SchemaError, match="between 0 and 11"):
        distribution(times, 12)


def test_phase_diagram_in_both_bases(diagram: xr.Dataset, path: xr.Dataset) -> None:
    figure = phase_diagram(diagram, paths=[path])
    panel = figure.panels[0]
    assert [one.name for one in panel.series if one.in_legend] == ["liquidus", "solidus"]
    assert panel.y.unit == "degC"
    assert panel.series[0].y[0] == pytest.approx(260 - 273.15)
    top = dict(zip(panel.twins[0].labels, panel.twins[0].positions, strict=True))
    assert top["50"] == pytest.approx(100 * 39.0983 / (39.0983 + 22.98977))
    assert (top["0"], top["100"]) == (pytest.approx(0), pytest.approx(100))
    kelvin = dict(zip(panel.twins[1].labels, panel.twins[1].positions, strict=True))
    assert kelvin["300"] == pytest.approx(26.85)
    texts = [note.text for note in panel.notes]
    assert {"liquid", "liquid + K(s)", "liquid + Na(s)", "eutectic −13.1 °C", "NaK60"} <= set(texts)
    (arrow,) = [one for one in panel.series if one.style == "arrow"]
    assert arrow.x[[0, -1]].tolist() == [60, 100]
    assert arrow.y == pytest.approx([25.0] * arrow.x.size)
    (leaving,) = [one for one in panel.series if "leaves the liquid" in one.name]
    assert leaving.x[0] == pytest.approx(76.0)
    by_mole = phase_diagram(diagram, basis="mole").panels[0]
    assert by_mole.series[0].x[0] == pytest.approx(70.0)
    bottom = dict(zip(by_mole.twins[0].labels, by_mole.twins[0].positions, strict=True))
    assert bottom["50"] == pytest.approx(100 / 39.0983 / (1 / 39.0983 + 1 / 22.98977))
    assert any("made-up assessment" in note for note in figure.notes)


def test_phase_diagram_of_something_else_is_refused(diagram: xr.Dataset, cycling: xr.Dataset) -> None:
    with pytest.raises(SchemaError, match="phase_diagram record needs"):
        phase_diagram(cycling)
    with pytest.raises(SchemaError, match="stripping_path"):
        phase_diagram(diagram, paths=[cycling])


def test_phase_names() -> None:
    assert [phase_name(name) for name in ("liquid", "bcc_K", "Na2K")] == ["liquid", "K(s)", "Na₂K(s)"]


def test_recovered_values_are_normalised_and_misses_stand_out() -> None:
    figure = recovered_against_true(
        ["a", "b", "c"], [10, -2, 4], [11, -2.5, 4], [[9, 12], [-2.6, -2.4], [np.nan, np.nan]], ["ohm", "V", "1"]
    )
    panel = figure.panels[0]
    held, missed = panel.series
    assert held.x == pytest.approx([1.1, 1.0])
    assert held.x_interval is not None
    assert held.x_interval[0][0] == pytest.approx(0.9)
    assert missed.role == "warning"
    assert missed.x == pytest.approx([1.25])
    assert missed.x_interval is not None
    assert (missed.x_interval[0][0], missed.x_interval[1][0]) == (pytest.approx(1.2), pytest.approx(1.3))
    assert panel.y.categories == ("c", "b", "a")
    assert held.y.tolist() == [2, 0]
    with pytest.raises(SchemaError, match="other than zero"):
        recovered_against_true(["a"], [0.0], [1.0])
    with pytest.raises(SchemaError, match="2 names"):
        recovered_against_true(["a", "b"], [1.0], [1.0])


@pytest.mark.parametrize("describe", [voltage_history, stripping, nyquist, bode, relaxation_map, distribution])
def test_a_record_of_another_kind_is_refused(describe: object, path: xr.Dataset) -> None:
    assert callable(describe)
    with pytest.raises(SchemaError, match="record needs"):
        describe(path)


def test_a_towering_spectrum_does_not_rule_the_frame() -> None:
    frequency = np.geomspace(1e5, 1, 20)
    arcs = np.array([10 + r / (1 + 2j * np.pi * frequency * 1e-3) for r in (50, 52, 55, 60, 70, 2000)])
    point = ("spectrum", "point")
    spectra = label(
        xr.Dataset({"impedance": (point, arcs), "frequency": (point, np.tile(frequency, (6, 1)))}), "impedance"
    )
    figure = nyquist(spectra)
    limits = figure.panels[0].x.limits
    assert limits is not None
    assert limits[1] < 100
    assert any("1 of 6 spectra reach beyond the frame" in note for note in figure.notes)
    few = nyquist(spectra.isel(spectrum=slice(3, None)))
    assert few.panels[0].x.limits is not None
    assert few.panels[0].x.limits[1] > 2000
