"""From counts to line integrals: flats in time, repairs, bad input, independence of the block."""

from __future__ import annotations

import json
import pickle
import warnings
from typing import Any

import numpy as np
import pytest
import xarray as xr

from alkanode.data.schema import label
from alkanode.foundation.errors import DataQualityWarning, PhysicsError, SchemaError
from alkanode.tomography.corrections import (
    Corrections,
    PhaseStep,
    Stripes,
    Zingers,
    correct_rows,
    count_noise,
    frame_plan,
    halo_rows,
    line_integrals,
)

PLAIN = Corrections(stripes=Stripes(method="none"), zingers=None)
DARK, OPEN = 100.0, 20_000.0
ANGLES, ROWS, COLUMNS = 60, 3, 48


def truth() -> np.ndarray:
    """(row, angle, column) line integrals of a soft blob on a circle, another one in each row."""
    theta, c = np.linspace(0, np.pi, ANGLES, endpoint=False)[:, None], np.arange(COLUMNS)[None]
    one = np.exp(-(((c - COLUMNS / 2 - COLUMNS / 6 * np.cos(theta)) / (COLUMNS / 7)) ** 2))
    return np.stack([(0.4 + 0.3 * row) * one for row in range(ROWS)])


def scan(**changes: Any) -> xr.Dataset:
    """Two darks, two flats, projections, two flats 10 % brighter; counts without noise unless ``random`` is given."""
    beam = 1.0 + 0.1 * np.concatenate([np.zeros(4), (np.arange(ANGLES) + 1.5) / (ANGLES + 2), np.ones(2)])
    pattern = OPEN * (1 + 0.2 * np.sin(np.arange(COLUMNS) / 5))[None] * np.ones((ROWS, 1))
    light = np.concatenate(
        [np.zeros((2, ROWS, COLUMNS)), np.ones((2, ROWS, COLUMNS)), np.exp(-truth()).transpose(1, 0, 2)]
    )
    light = np.concatenate([light, np.ones((2, ROWS, COLUMNS))]) * beam[:, None, None] * pattern
    random = changes.pop("random", None)
    counts = DARK + (light if random is None else random.poisson(light))
    key = np.array([2, 2, 1, 1] + [0] * ANGLES + [1, 1])
    angle = np.concatenate([np.full(4, np.nan), np.linspace(0, np.pi, ANGLES, endpoint=False), np.full(2, np.nan)])
    fields: dict[str, Any] = {
        "counts": (("frame", "row", "column"), changes.pop("counts", counts)),
        "image_key": ("frame", changes.pop("key", key)),
        "rotation_angle": ("frame", changes.pop("angle", angle)),
    }
    return label(xr.Dataset(fields | changes), "projections")


def test_flats_are_taken_at_the_moment_of_the_frame() -> None:
    record = line_integrals(scan(), options=PLAIN)
    np.testing.assert_allclose(record["line_integral"], truth(), atol=2e-6)
    assert record["line_integral"].dtype == np.float32
    assert record["line_integral"].attrs["units"] == "1"
    assert record.attrs["kind"] == "line_integrals"
    assert record.attrs["flat_rule"] == "interpolated in frame number between 2 groups of flats"
    assert "Vo2018" in record.attrs["sources"]
    # one group leaves the drift in
    later = scan()
    later["image_key"][-2:] = 3
    with pytest.warns(DataQualityWarning, match="2 frames were left out"):
        drifted = line_integrals(later, options=PLAIN)
    assert float((drifted["line_integral"] - truth())[0, -1].mean()) == pytest.approx(-np.log(1.1), abs=0.005)
    assert drifted.attrs["flat_rule"] == "one group of flats for all projections"


def test_time_goes_before_the_number_of_the_frame() -> None:
    given = scan()
    # the same drift, in a scan whose second half was slow: linear in time, not in frames
    speed = np.where(np.arange(given.sizes["frame"]) < 30, 1.0, 5.0)
    time = np.cumsum(speed)
    share = (time - time[2:4].mean()) / (time[-2:].mean() - time[2:4].mean())
    share[:4], share[-2:] = 0.0, 1.0
    light = np.exp(-truth()).transpose(1, 0, 2)
    counts = given["counts"].to_numpy().copy()
    flat = counts[2] - DARK
    counts[4:-2] = DARK + light * flat * (1 + 0.1 * share[4:-2, None, None])
    with_time = given.assign(counts=(("frame", "row", "column"), counts), time=("frame", time))
    record = line_integrals(with_time, options=PLAIN)
    np.testing.assert_allclose(record["line_integral"], truth(), atol=2e-6)
    assert record.attrs["flat_rule"].startswith("interpolated in time")
    np.testing.assert_array_equal(record["time"], time[4:-2])
    without = line_integrals(with_time.drop_vars("time"), options=PLAIN)
    assert np.abs(without["line_integral"].to_numpy() - truth()).max() > 0.02


def test_flats_between_and_in_any_order() -> None:
    given = scan()
    order = np.random.default_rng(0).permutation(ANGLES)
    middle = np.concatenate([[0, 1, 2, 3], 4 + order[:20], [ANGLES + 4], 4 + order[20:], [ANGLES + 5]])
    plan = frame_plan(given.isel(frame=middle))
    assert [group.size for group in plan.flats] == [2, 1, 1]
    assert (np.diff(plan.flat_position) > 0).all()
    np.testing.assert_allclose(plan.angles, given["rotation_angle"][4:-2][order])


def test_the_beam_monitor_takes_a_step_out() -> None:
    given = scan()
    monitor = np.ones(given.sizes["frame"])
    monitor[30:] = 0.7
    counts = DARK + (given["counts"].to_numpy() - DARK) * monitor[:, None, None]
    stepped = given.assign(counts=(("frame", "row", "column"), counts), beam_monitor=("frame", 1e6 * monitor))
    record = line_integrals(stepped, options=PLAIN)
    np.testing.assert_allclose(record["line_integral"], truth(), atol=2e-6)
    unscaled = Corrections(stripes=Stripes(method="none"), zingers=None, use_monitor=False)
    assert np.abs(line_integrals(stepped, options=unscaled)["line_integral"].to_numpy() - truth()).max() > 0.1
    lost = stepped.assign(beam_monitor=("frame", np.where(np.arange(monitor.size) == 20, 0.0, 1e6 * monitor)))
    with pytest.warns(DataQualityWarning, match="1 frames were left out"):
        assert line_integrals(lost, options=PLAIN).sizes["angle"] == ANGLES - 1
    dark_flat = stepped.assign(beam_monitor=("frame", np.where(np.arange(monitor.size) == 2, 0.0, 1e6)))
    with pytest.raises(PhysicsError, match="1 flats with 0 or less"):
        frame_plan(dark_flat)


def test_air_columns_take_a_step_out_without_a_monitor() -> None:
    given = scan()
    step = np.where(np.arange(given.sizes["frame"]) > 30, 0.8, 1.0)
    step[-2:] = 1.0
    counts = DARK + (given["counts"].to_numpy() - DARK) * step[:, None, None]
    options = Corrections(stripes=Stripes(method="none"), zingers=None, air_columns=(2, 2))
    record = line_integrals(given.assign(counts=(("frame", "row", "column"), counts)), options=options)
    # the blob reaches the air columns a little
    assert np.abs(record["line_integral"].to_numpy() - truth()).max() < 0.02
    with pytest.raises(PhysicsError, match="air columns"):
        line_integrals(given, options=Corrections(air_columns=(40, 40)))


def test_rows_do_not_depend_on_batch_threads_or_neighbours() -> None:
    noisy = scan(random=np.random.default_rng(1))
    whole = line_integrals(noisy)
    for batch, threads in ((1, 1), (2, 2)):
        again = line_integrals(noisy, batch=batch, threads=threads)
        np.testing.assert_array_equal(again["line_integral"], whole["line_integral"])
        assert again.attrs == whole.attrs
    one = line_integrals(noisy, rows=[2, 0])
    np.testing.assert_array_equal(one["line_integral"], whole["line_integral"][[2, 0]])
    assert one["row"].to_numpy().tolist() == [2, 0]
    plan = pickle.loads(pickle.dumps(frame_plan(noisy)))
    block, repairs = correct_rows(noisy["counts"].to_numpy()[:, 1:], plan)
    np.testing.assert_array_equal(block, whole["line_integral"][1:])
    assert repairs.zingers.shape == (2,)


def test_row_numbers_of_the_detector_are_kept() -> None:
    part = scan().assign_coords(row=[10, 11, 12]).isel(row=slice(1, 3))
    assert line_integrals(part, options=PLAIN)["row"].to_numpy().tolist() == [11, 12]


def test_zingers_go_from_projections_flats_and_darks() -> None:
    random = np.random.default_rng(2)
    noisy = scan(random=random)
    counts = noisy["counts"].to_numpy().copy()
    places = [(10, 0, 5), (30, 1, 20), (31, 1, 21), (63, 2, 40)]
    for place in places:
        counts[place] += 8000.0
    flashed = noisy.assign(counts=(("frame", "row", "column"), counts))
    options = Corrections(stripes=Stripes(method="none"))
    record = line_integrals(flashed, options=options, flag_replaced=True)
    assert json.loads(record.attrs["repaired"])["zingers"] == len(places)
    flagged = np.argwhere(record["replaced"].to_numpy())
    assert {tuple(where) for where in flagged} == {(row, frame - 4, column) for frame, row, column in places}
    clean = line_integrals(noisy, options=options)["line_integral"].to_numpy()
    np.testing.assert_allclose(record["line_integral"], clean, atol=0.25)
    left = line_integrals(flashed, options=PLAIN)["line_integral"].to_numpy()
    assert np.abs(left - clean).max() > 0.3


def test_flashes_of_flats_and_darks_do_not_enter_their_mean() -> None:
    random = np.random.default_rng(3)
    dark = 100 + random.normal(0, 2, (10, 1, COLUMNS))
    flat = 100 + random.poisson(OPEN, (10, 1, COLUMNS)) * np.linspace(1, 1.02, 10)[:, None, None]
    shots = 100 + random.poisson(0.5 * OPEN, (20, 1, COLUMNS))
    dark[3, 0, 7], flat[4, 0, 30] = 900.0, 60_000.0
    frames = np.concatenate([dark, flat, shots])
    made = label(
        xr.Dataset(
            {
                "counts": (("frame", "row", "column"), frames),
                "image_key": ("frame", np.repeat([2, 1, 0], [10, 10, 20])),
                "rotation_angle": ("frame", np.linspace(0, 3, 40)),
            }
        ),
        "projections",
    )
    record = line_integrals(made, options=Corrections(stripes=Stripes(method="none")))
    repaired = json.loads(record.attrs["repaired"])
    assert (repaired["flat_zingers"], repaired["dark_zingers"], repaired["zingers"]) == (1, 1, 0)
    mean = record["line_integral"].mean("angle").to_numpy()[0]
    np.testing.assert_allclose(mean, np.log(2 * 1.01), atol=0.012)


def test_pure_noise_has_no_zingers_at_any_level() -> None:
    for level, seed in ((20_000, 1), (50, 2), (3, 3)):
        random = np.random.default_rng(seed)
        frames = random.poisson(level, (400, 1, 500)).astype(np.uint16)
        frames[:10] = random.poisson(20_000, (10, 1, 500))
        made = label(
            xr.Dataset(
                {
                    "counts": (("frame", "row", "column"), frames),
                    "image_key": ("frame", np.repeat([1, 0], [10, 390])),
                    "rotation_angle": ("frame", np.linspace(0, np.pi, 400)),
                }
            ),
            "projections",
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DataQualityWarning)
            record = line_integrals(made, options=Corrections(stripes=Stripes(method="none")))
        assert json.loads(record.attrs["repaired"])["zingers"] == 0


@pytest.mark.parametrize(("gain", "offset"), [(1.0, 0.0), (0.4, 30.0), (2.5, 400.0)])
def test_noise_of_counts_is_found_from_the_counts(gain: float, offset: float) -> None:
    random = np.random.default_rng(4)
    level = np.linspace(50, 20_000, 300)
    counts = random.poisson(level / gain, (500, 300)) * gain + random.normal(0, np.sqrt(offset), (500, 300))
    found = count_noise(counts.astype(np.float32), integers=False)
    for at in (500.0, 20_000.0):
        assert found[0] * at + found[1] == pytest.approx(gain * at + offset, rel=0.05)


def test_blind_pixels_are_taken_from_their_neighbours() -> None:
    given = scan()
    counts = given["counts"].to_numpy().copy()
    counts[2:, 1, 20] = DARK - 1
    counts[:, 2, 0] = DARK
    broken = given.assign(counts=(("frame", "row", "column"), counts))
    with pytest.warns(DataQualityWarning, match="2 pixels whose flat hardly exceeds the dark"):
        record = line_integrals(broken, options=PLAIN, flag_replaced=True)
    values = record["line_integral"].to_numpy()
    np.testing.assert_allclose(values[1, :, 20], truth()[1, :, [19, 21]].mean(axis=0), atol=0.01)
    np.testing.assert_allclose(values[2, :, 0], truth()[2, :, 1], atol=1e-5)
    assert record["replaced"][1, :, 20].all()
    assert int(record["replaced"].sum()) == 2 * ANGLES
    counts[2:, 0] = DARK
    with pytest.raises(PhysicsError, match="no flat exceeds its dark"):
        line_integrals(given.assign(counts=(("frame", "row", "column"), counts)), options=PLAIN)


def test_readings_without_light_are_raised_and_counted() -> None:
    given = scan()
    counts = given["counts"].to_numpy().copy()
    counts[40, 0, 10:13] = DARK - np.array([0.0, 5.0, 50.0])
    with pytest.warns(DataQualityWarning, match="3 readings with hardly any light"):
        record = line_integrals(given.assign(counts=(("frame", "row", "column"), counts)), options=PLAIN)
    values = record["line_integral"].to_numpy()
    assert np.isfinite(values).all()
    np.testing.assert_allclose(values[0, 36, 10:13], np.log(OPEN / 0.5), atol=0.3)


def test_readings_that_are_no_number_are_filled() -> None:
    given = scan()
    counts = given["counts"].to_numpy().copy()
    counts[20, 0, 5] = np.nan
    counts[4:-2, 1, 9] = np.inf
    with pytest.warns(DataQualityWarning, match="61 readings were no number"):
        record = line_integrals(given.assign(counts=(("frame", "row", "column"), counts)), options=PLAIN)
    assert np.abs(record["line_integral"].to_numpy() - truth()).max() < 0.03
    counts[2, 0, 5] = np.nan
    with pytest.raises(SchemaError, match="flats without missing readings"):
        line_integrals(given.assign(counts=(("frame", "row", "column"), counts)), options=PLAIN)


def test_frames_without_beam_are_filled() -> None:
    given = scan()
    counts = given["counts"].to_numpy().copy()
    counts[25:27] = DARK
    with pytest.warns(DataQualityWarning, match="6 times a row of a frame without beam"):
        record = line_integrals(given.assign(counts=(("frame", "row", "column"), counts)), options=PLAIN)
    assert np.abs(record["line_integral"].to_numpy() - truth()).max() < 0.06


def test_saturation_is_reported() -> None:
    counts = scan()["counts"].to_numpy().round().astype(np.uint16)
    counts[20, 0, 5] = 65_535
    with pytest.warns(DataQualityWarning, match="1 readings are at the detector's limit"):
        line_integrals(scan(counts=counts), options=PLAIN)
    some = float(np.quantile(scan()["counts"].to_numpy(), 0.9))
    limited = Corrections(stripes=Stripes(method="none"), zingers=None, saturation=some)
    with pytest.warns(DataQualityWarning, match="detector's limit"):
        line_integrals(scan(), options=limited)


def test_flats_that_do_not_fit_are_doubted() -> None:
    given = scan()
    counts = given["counts"].to_numpy().copy()
    counts[4:-2] = DARK + 1.2 * (counts[4:-2] - DARK)
    with pytest.warns(DataQualityWarning, match="flats do not fit the projections"):
        line_integrals(given.assign(counts=(("frame", "row", "column"), counts)), options=PLAIN)


def test_missing_flats_darks_and_projections() -> None:
    given = scan()
    no_flats = given.isel(frame=np.flatnonzero(given["image_key"] != 1))
    with pytest.raises(SchemaError, match="flat_counts"):
        line_integrals(no_flats)
    stated = Corrections(stripes=Stripes(method="none"), zingers=None, flat_counts=OPEN)
    with pytest.warns(DataQualityWarning) as said:
        line_integrals(no_flats, options=stated)
    assert any("no flats" in str(item.message) for item in said)
    with pytest.warns(DataQualityWarning, match="no darks"):
        line_integrals(given.isel(frame=slice(2, None)), options=PLAIN)
    with pytest.raises(SchemaError, match="projections"):
        line_integrals(given.isel(frame=slice(0, 4)))
    unknown = given.copy(deep=True)
    unknown["rotation_angle"][10] = np.nan
    with pytest.warns(DataQualityWarning, match="1 frames were left out"):
        assert line_integrals(unknown, options=PLAIN).sizes["angle"] == ANGLES - 1


@pytest.mark.parametrize("rows", [[], [3], [-1], [[0, 1]]])
def test_rows_that_do_not_exist(rows: Any) -> None:
    with pytest.raises(SchemaError, match="rows between 0 and 2"):
        line_integrals(scan(), rows=rows)
    with pytest.raises(SchemaError, match="all frames"):
        correct_rows(np.zeros((3, 2, 5)), frame_plan(scan()))
    with pytest.raises(SchemaError, match="batch"):
        line_integrals(scan(), batch=0)


def test_options_survive_json_and_refuse_nonsense() -> None:
    options = Corrections(
        zingers=Zingers(threshold=4.5),
        stripes=Stripes(method="dead"),
        phase=PhaseStep(delta_over_beta=500.0),
        air_columns=(3, 4),
    )
    assert Corrections.from_json(options.to_json()) == options
    assert Corrections.from_json(Corrections(zingers=None).to_json()) == Corrections(zingers=None)
    assert Corrections.from_json(line_integrals(scan(), options=PLAIN).attrs["corrections"]) == PLAIN
    for make in (
        lambda: Zingers(threshold=0.0),
        lambda: Zingers(reach=-1),
        lambda: PhaseStep(delta_over_beta=0.0),
        lambda: Corrections(floor_counts=0.0),
        lambda: Corrections(flat_counts=-1.0),
        lambda: Corrections(air_columns=(0, 0)),
    ):
        with pytest.raises(PhysicsError):
            make()
    assert halo_rows(scan(), options=PLAIN) == 0


def test_progress_is_told() -> None:
    class Told:
        seen: list[tuple[int, int]] = []  # noqa: RUF012

        def update(self, done: int, total: int, what: str) -> None:
            self.seen.append((done, total))

    line_integrals(scan(), options=PLAIN, batch=2, progress=Told())
    assert Told.seen == [(2, 3), (3, 3)]
