"""Parts behind the workflows of impedance: arcs around a short, pooled controls, rests, blocks, and how they refuse."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

from alkanode.data import Cell, label, save
from alkanode.electrochem import find_failures
from alkanode.foundation.errors import PhysicsError, SchemaError, StudyError
from alkanode.impedance import check_spectra, pool_controls
from alkanode.studies import Study, run_study
from alkanode.studies.blocks import Circuit, Failures
from alkanode.studies.findings import failures_part
from alkanode.studies.impedance.followed import completed_cycles, control_settings
from alkanode.studies.impedance.rest_maps import rests_of, without_rests
from alkanode.studies.resistance_series import resistance_series_part
from alkanode.studies.short_spectra import arcs_around, short_sentence
from alkanode.virtual import ImpedanceBench, State, StatedArc, StatedCell

STARTED = datetime(2026, 1, 5, tzinfo=UTC)


def resistances(*values: float, deviation: float = 0.1, **attrs: str) -> xr.Dataset:
    R, s = np.array(values), np.full(len(values), deviation)
    fields = {"resistance": R, "standard_deviation": s, "lower_95": R - 1.96 * s, "upper_95": R + 1.96 * s}
    record = xr.Dataset({name: ("spectrum", column) for name, column in fields.items()}, attrs=dict(attrs))
    return label(record, "process_resistance")


# --- shorts --------------------------------------------------------------------------------------------------------------


def shorted(*, lasting: bool) -> xr.DataTree:
    """Two arcs; from 16000 s on current meets a two-hundredth of every resistance, and so do spectra where it lasts."""

    def leaky(R: float) -> StatedArc:
        return StatedArc(resistance=lambda s: R / 200 if fails(s) else R, relaxation_time=2e-7 if R == 60 else 1e-2)

    def fails(state: State) -> bool:
        return state.time > 16000 and (lasting or state.current != 0)

    cell = StatedCell(
        arcs=(leaky(60.0), leaky(80.0)), series_resistance=lambda s: 0.5 if fails(s) else 100.0, inductance=1e-8
    )
    bench = ImpedanceBench(cell, seed=5)
    bench.rest(600.0)
    bench.sweep()
    for half in range(6):
        bench.hold(1e-4 * (-1) ** half, 3600.0)
        bench.rest(300.0)
        bench.sweep()
    return bench.history(started=STARTED, name="shorted")


@pytest.mark.parametrize("lasting", [True, False])
def test_a_short_is_held_against_the_arcs_after_it(lasting: bool) -> None:
    history = shorted(lasting=lasting)
    checked = check_spectra(history["impedance"].to_dataset())
    part = failures_part(history["cycling"].to_dataset(), None, Failures(electrolyte_resistance="130 ohm"), checked)
    kinds = [event["kind"] for event in part.details["events"]]
    assert "hard_short" in kinds
    told = [sentence for sentence in part.findings if sentence.startswith("After the hard short")]
    assert len(told) == 1
    assert ("arcs vanish" in told[0]) is lasting
    assert ("no lasting path" in told[0]) is not lasting


def test_a_spectrum_in_the_rest_before_the_short_was_seen_counts_for_neither_side() -> None:
    """The cell shorted in the rest: its last spectrum there is shorted already, though the current shows it only later."""
    history = shorted(lasting=True)
    rows, spectra = history["cycling"].to_dataset(), check_spectra(history["impedance"].to_dataset())
    found = find_failures(rows, None, impedance=spectra, electrolyte="130 ohm")
    evidence = str(found["evidence"].to_numpy()[0])
    assert "real span of the impedance fell" in evidence
    time = float(found["time"].to_numpy()[0])
    alike = arcs_around(spectra, time)
    assert alike is not None
    assert alike.verdict == "stay"  # both spectra are shorted
    apart = arcs_around(spectra, time, sound=time - 1000.0)
    assert apart is not None
    assert apart.before < alike.before
    assert apart.verdict == "vanished"


def test_without_later_spectra_nothing_is_said_of_the_arcs() -> None:
    spectra = check_spectra(shorted(lasting=True)["impedance"].to_dataset())
    assert arcs_around(spectra, 1e9) is None
    assert "is not known" in short_sentence("hard_short", "1 s", None)
    with pytest.raises(SchemaError, match="time of every spectrum"):
        arcs_around(spectra.drop_vars("time"), 1.0)


# --- control cells -------------------------------------------------------------------------------------------------------


def test_several_controls_give_the_interval_of_one_more_cell() -> None:
    pooled = pool_controls([resistances(70.0, 70.2), resistances(68.0), resistances(66.0)])
    values = np.array([70.1, 68.0, 66.0])
    assert float(pooled["resistance"][0]) == pytest.approx(values.mean())
    half = float(pooled["upper_95"][0] - pooled["resistance"][0])
    assert half == pytest.approx(4.3027 * values.std(ddof=1) * np.sqrt(1 + 1 / 3), rel=1e-4)
    assert pooled.attrs["control_cells"] == 3


def test_a_prediction_interval_of_controls_covers_the_next_cell() -> None:
    random = np.random.default_rng(4)
    inside = 0
    for _ in range(400):
        *controls, one = random.normal(50.0, 3.0, size=4)
        pooled = pool_controls([resistances(float(value), deviation=1e-3) for value in controls])
        inside += float(pooled["lower_95"][0]) < one < float(pooled["upper_95"][0])
    assert 0.92 < inside / 400 < 0.98


def test_one_control_keeps_its_own_error_and_none_is_refused() -> None:
    alone = pool_controls([resistances(70.0, deviation=0.4)])
    assert float(alone["standard_deviation"][0]) == pytest.approx(0.4)
    assert "not known" in alone.attrs["assumption"]
    assert np.isnan(alone.attrs["scatter"])
    with pytest.raises(SchemaError, match="at least one control"):
        pool_controls([])
    with pytest.raises(SchemaError, match="every control needs a resistance"):
        pool_controls([resistances(float("nan"))])


def test_the_circuit_of_the_controls() -> None:
    assert control_settings(Circuit(preset="coated-nasicon")) == "coated-nasicon-control"
    assert control_settings(Circuit(circuit="R(RQ)")) == "R(RQ)"
    assert control_settings(Circuit(circuit="R(RQ)(RQ)", control_circuit="R(RQ)")) == "R(RQ)"
    with pytest.raises(StudyError, match="control cells need a circuit"):
        control_settings(Circuit())
    with pytest.raises(StudyError, match="not both"):
        Circuit.of(control_circuit="R(RQ)", control_preset="coated-nasicon-control")


def test_a_study_takes_controls_from_its_data_folder(tmp_path: Path) -> None:
    for name, R in (("cell", 90.0), ("control", 50.0)):
        bench = ImpedanceBench(StatedCell(arcs=(StatedArc(resistance=R, relaxation_time=1e-4),)), seed=1)
        bench.sweep()
        bench.rest(60.0)
        save(bench.history(started=STARTED, name=name), tmp_path / f"{name}.h5")
    blocks = [
        "phases",
        "impedance",
        "stripping",
        "failures",
        "cycling",
        "profile",
        "staircase",
        "cv",
        "ccd",
        "full_cell",
    ]
    content = {
        "title": "Controls",
        "cell": {"anode": "NaK50", "area": "1 cm2"},
        "files": ["cell.h5"],
        "data": ".",
        "analyses": dict.fromkeys(blocks) | {"circuit": {"circuit": "LR(RQ)", "control": ["control.h5"], "starts": 1}},
    }
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    outcome = run_study(Study.from_yaml(path))
    part = outcome.part("circuit")
    assert part is not None
    found = part.estimates["first_interface_resistance"]
    assert found.value == pytest.approx(40.0, rel=0.02)
    assert {entry["file"] for entry in outcome.inputs} == {"study.yaml", "cell.h5", "control.h5"}
    content["analyses"]["circuit"]["control"] = ["absent.h5"]  # type: ignore[index]
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(StudyError, match="every file of a control cell"):
        Study.from_yaml(path)


# --- cycles, rests, series -----------------------------------------------------------------------------------------------


def test_cycles_are_counted_by_half_cycles_that_have_ended() -> None:
    bench = ImpedanceBench(StatedCell(arcs=(StatedArc(resistance=1.0, relaxation_time=1.0),)), seed=1)
    for half in range(4):
        bench.hold(1e-3 * (-1) ** half, 600.0)
        bench.rest(100.0)
    rows = bench.history(started=STARTED, name="x")["cycling"].to_dataset()
    found = completed_cycles(np.array([-1.0, 300.0, 650.0, 1350.0, 5000.0, np.nan]), rows)
    assert found == pytest.approx([0, 0, 0.5, 1.0, 2.0, np.nan], nan_ok=True)


def test_a_rest_is_several_spectra_at_one_charge() -> None:
    charge = np.array([0.0, 1.0, 2.0, 3.0, 3.0, 3.0, 3.0])
    times = xr.Dataset(coords={"charge": ("spectrum", charge), "time": ("spectrum", np.arange(7) * 100.0)})
    (rest,) = rests_of(times)
    assert rest.spectra.tolist() == [3, 4, 5, 6]
    assert without_rests(times, [rest]).tolist() == [0, 1, 2, 3]
    assert rest.since == "the first spectrum of the rest"
    timed = times.assign_coords(time_since_current=("spectrum", [0.0, 0.0, 0.0, 0.0, 100.0, 200.0, 300.0]))
    (rest,) = rests_of(timed)
    assert rest.spectra.tolist() == [4, 5, 6]
    assert rest.began == pytest.approx(300.0)
    assert without_rests(timed, [rest]).tolist() == [0, 1, 2, 3]
    assert rests_of(times.isel(spectrum=slice(0, 5))) == []
    assert rests_of(times.assign_coords(charge=("spectrum", np.zeros(7)))) == []


def test_cells_are_compared_at_the_same_time_or_it_is_said() -> None:
    def entry(name: str, alloy: str, *values: float) -> tuple[str, Cell, xr.Dataset]:
        record = resistances(*values, process="interface").assign_coords(
            time=("spectrum", 1800.0 * np.arange(len(values)))
        )
        return name, Cell(anode=alloy, area="1 cm2", area_uncertainty="0.05 cm2"), record

    cells = [
        entry("b", "NaK80", 80.0, 90.0, 100.0),
        entry("a", "NaK50", 30.0, 31.0, 40.0),
        entry("late", "NaK65", 60.0),
    ]
    part = resistance_series_part(cells, at="1 h", began=None)
    table = part.records["resistance_by_cell"]
    assert table["cell"].to_numpy().tolist() == ["a", "late", "b"]
    assert table["resistance"].to_numpy().tolist() == [40.0, 60.0, 100.0]
    assert any("another time away in late (0 min)" in sentence for sentence in part.findings)
    half = table["upper_area_specific_95"].to_numpy()[2] - table["area_specific_resistance"].to_numpy()[2]
    assert half == pytest.approx(1e-4 * np.hypot(1.96 * 0.1, 1.96 * 100 * 0.05), rel=1e-6)
    earlier = resistance_series_part(cells, at="1 h", began="-30 min").records["resistance_by_cell"]
    assert earlier["resistance"].to_numpy()[[0, 2]].tolist() == [31.0, 90.0]
    other = ("c", cells[0][1], resistances(1.0, process="coating"))
    with pytest.raises(StudyError, match="one process of all cells"):
        resistance_series_part([*cells, other], at="1 h", began=None)


def test_a_bench_refuses_what_is_no_sweep_and_no_step() -> None:
    cell = StatedCell(arcs=(StatedArc(resistance=1.0, relaxation_time=1.0),))
    with pytest.raises(PhysicsError, match="from high to low"):
        ImpedanceBench(cell, seed=1, frequencies=[1.0, 10.0])
    with pytest.raises(PhysicsError, match="needs a duration"):
        ImpedanceBench(cell, seed=1).rest(0.0)


def test_the_bench_measures_what_was_stated() -> None:
    arc = StatedArc(resistance=lambda s: 50.0 + s.charge, relaxation_time=1e-3, alpha=1.0)
    cell = StatedCell(arcs=(arc,), series_resistance=20.0, inductance=0.0, open_circuit=0.1)
    bench = ImpedanceBench(cell, seed=1)
    bench.hold(1e-3, 1000.0)
    state = bench.sweep()
    assert state.charge == pytest.approx(1.0)
    history = bench.history(started=STARTED, name="x")
    Z, f = history["impedance"]["impedance"].to_numpy()[0], history["impedance"]["frequency"].to_numpy()[0]
    truth = 20.0 + 51.0 / (1 + 2j * np.pi * f * 1e-3)
    assert np.abs(Z / truth - 1).max() < 0.02
    held = history["cycling"]["control_mode"].to_numpy() == 1
    assert history["cycling"]["voltage"].to_numpy()[held][-1] == pytest.approx(0.1 + 1e-3 * 71.0, abs=2e-4)
