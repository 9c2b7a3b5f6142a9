"""Whole paths of impedance on virtual cells with stated arcs: from a file to the number that was put in."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alkanode.cli.main import run
from alkanode.data import Cell, open_saved, save
from alkanode.foundation.errors import AlkanodeWarning
from alkanode.io import open_history
from alkanode.studies.blocks import Circuit, Impedance
from alkanode.studies.impedance.circuits import circuit_part
from alkanode.studies.impedance.spectra import spectra_of
from alkanode.studies.impedance.whole import impedance_part
from alkanode.studies.part import Part
from alkanode.virtual import ImpedanceBench, State, StatedArc, StatedCell

AREA = 0.283  # cm2: 6 mm across
CELL = Cell(anode="NaK50", counter="Na", area=f"{AREA} cm2")
STARTED = datetime(2026, 1, 5, tzinfo=UTC)
WINDOW = 1 / (2 * np.pi * 1.0)

Law = float | Callable[[State], float]


def cell(interface: Law, *, grain: float = 60.0, coating: float = 8.0, tau: Law = 1.5e-2) -> StatedCell:
    return StatedCell(
        arcs=(
            StatedArc(resistance=grain, relaxation_time=2e-7, alpha=0.95),
            StatedArc(resistance=coating, relaxation_time=1e-3),
            StatedArc(resistance=interface, relaxation_time=tau, alpha=0.85),
        )
    )


def control(coating: float) -> StatedCell:
    return StatedCell(
        arcs=(
            StatedArc(resistance=60.0, relaxation_time=2e-7, alpha=0.95),
            StatedArc(resistance=coating, relaxation_time=1e-3),
        )
    )


def written(bench: ImpedanceBench, path: Path) -> Path:
    save(bench.history(started=STARTED, name=path.name), path)
    return path


def at_rest(path: Path, of: StatedCell, *, seed: int, sweeps: int = 2, pause: float = 600.0) -> Path:
    bench = ImpedanceBench(of, seed=seed)
    for _ in range(sweeps):
        bench.sweep()
        bench.rest(pause)
    return written(bench, path)


def quiet(function: Callable[..., Part], *arguments: Any) -> Part:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AlkanodeWarning)
        return function(*arguments)


def fitted(path: Path, of: Cell | None = None, **settings: Any) -> Part:
    history = open_history([path])
    rows = history["cycling"].to_dataset()
    return quiet(circuit_part, spectra_of(history), of, Circuit(starts=1, **settings), rows)


def mapped(path: Path, of: Cell | None = CELL, **settings: Any) -> Part:
    history = open_history([path])
    return quiet(impedance_part, spectra_of(history), of, Impedance(**settings), history["cycling"].to_dataset())


def output(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    results: dict[str, Any] = json.loads(capsys.readouterr().out)
    return results


# --- control cells -------------------------------------------------------------------------------------------------------


def test_the_interface_is_what_control_cells_leave(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = at_rest(tmp_path / "cell.h5", cell(40.0), seed=1)
    controls = [at_rest(tmp_path / f"c{n}.h5", control(size), seed=2 + n) for n, size in enumerate((8.3, 7.9, 7.8))]
    (tmp_path / "cell.yaml").write_text(f"anode: NaK50\narea: {AREA} cm2\n", encoding="utf-8")
    named = [word for path in controls for word in ("--control", str(path))]
    words = ["impedance", "control", str(file), *named, "--preset", "coated-nasicon", "--process", "interface"]
    words += ["--cell", str(tmp_path / "cell.yaml"), "-o", str(tmp_path / "out")]
    assert run([*words, "--json"]) == 0
    whole = output(capsys)
    found = whole["results"]["first_interface_resistance"]
    low, high = found["interval"]
    assert low < 40 < high
    # three controls that scatter by s: another cell lies within t(2) s sqrt(1 + 1/3)
    scatter = whole["results"]["followed"]["control_scatter"]
    assert scatter == pytest.approx(np.std([8.3, 7.9, 7.8], ddof=1), abs=0.1)
    assert (high - low) / 2 == pytest.approx(4.303 * scatter * np.sqrt(4 / 3), rel=0.1)
    specific = whole["results"]["first_interface_resistance_area_specific"]
    assert specific["value"] == pytest.approx(found["value"] * AREA * 1e-4)
    assert {entry["file"] for entry in whole["inputs"]} >= {path.name for path in controls}
    assert "one more of 3 control cells" in found["label"]
    assert (tmp_path / "out" / "figures" / "resistance.png").is_file()


def test_one_control_says_that_its_scatter_is_unknown_and_halves_tell_their_assumption(tmp_path: Path) -> None:
    history = open_history([at_rest(tmp_path / "cell.h5", cell(40.0), seed=1)])
    other = spectra_of(open_history([at_rest(tmp_path / "c.h5", control(8.0), seed=7)]))
    settings = Circuit(preset="coated-nasicon", process="interface", control=["c.h5"], per_interface=True, starts=1)
    part = quiet(circuit_part, spectra_of(history), None, settings, None, [other])
    one = part.estimates["first_interface_resistance"]
    assert one.value == pytest.approx(20.0, rel=0.03)
    assert "one control" in one.label
    assert "both interfaces are equal" in one.label
    assert any("[assumed]" in sentence for sentence in part.findings)
    assert "last_over_first" not in part.estimates  # both rest on the one control


def test_a_control_needs_a_circuit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = at_rest(tmp_path / "cell.h5", cell(40.0), seed=1, sweeps=1)
    assert run(["impedance", "control", str(file), "--control", str(file)]) == 2
    assert "--preset or --circuit" in capsys.readouterr().err


# --- growth at rest ------------------------------------------------------------------------------------------------------


def coated(state: State) -> float:
    """Comes within 5 % of 100 ohm after 30 min from assembly, 10 min before the record."""
    return 100.0 - 60.0 * float(np.exp(-(state.time + 600.0) / (1800.0 / np.log(12.0))))


def bare(state: State) -> float:
    return 20.0 + 3.0 * float(np.sqrt(state.time + 600.0))


def test_a_coated_interface_stabilises_and_a_bare_one_grows_on(tmp_path: Path) -> None:
    with_coating = at_rest(tmp_path / "coated.h5", cell(coated), seed=3, sweeps=18, pause=300.0)
    without = at_rest(tmp_path / "bare.h5", cell(bare), seed=4, sweeps=18, pause=300.0)
    options = {"preset": "coated-nasicon", "growth": "interface", "began": "-10 min"}
    stable = fitted(with_coating, **options)
    assert stable.records["interphase_growth"].attrs["law"] == "saturation"
    at = stable.estimates["stabilisation_time"]
    assert at.interval is not None
    assert at.interval[0] < 1800 < at.interval[1]
    assert float(stable.records["interphase_growth"]["final_resistance"]) == pytest.approx(100.0, rel=0.02)
    growing = fitted(without, **options)
    assert growing.records["interphase_growth"].attrs["law"] == "parabolic"
    assert growing.estimates["stabilisation_time"].value is None
    assert any("still growing" in sentence for sentence in growing.findings)


def test_time_since_assembly_and_since_the_last_current_are_two_clocks(tmp_path: Path) -> None:
    """After a pulse the interface relaxes with the rest, not with the age of the cell."""
    law = cell(lambda state: 100.0 - 50.0 * float(np.exp(-state.rest / 900.0)))
    bench = ImpedanceBench(law, seed=5)
    bench.rest(3 * 3600.0)
    bench.hold(1e-4, 1800.0)
    for _ in range(14):
        bench.rest(400.0)
        bench.sweep()
    file = written(bench, tmp_path / "pulse.h5")
    options = {"preset": "coated-nasicon", "growth": "interface"}
    since = fitted(file, growth_since="current", **options).records["interphase_growth"]
    assert since.attrs["law"] == "saturation"
    assert since["elapsed"].to_numpy()[0] == pytest.approx(400.0, abs=1.0)
    place = since["law"].to_numpy().tolist().index("saturation")
    assert float(since["time_constant"][place]) == pytest.approx(900.0, rel=0.1)
    assert "last current" in since.attrs["growth_began"]
    assembled = fitted(file, began="0 s", **options).records["interphase_growth"]
    assert assembled["elapsed"].to_numpy()[0] == pytest.approx(3 * 3600 + 1800 + 400, abs=2.0)


# --- maps ----------------------------------------------------------------------------------------------------------------


def stairs(path: Path, sign: int = 1) -> Path:
    """Under current 30 ohm and 30 ohm per 0.1 mA more, in the rests 30 ohm."""
    bench = ImpedanceBench(cell(lambda state: 30.0 + 30.0 * abs(state.current) / 1e-4), seed=6)
    bench.rest(600.0)
    for density in (0.5, 1.0, 1.5, 2.0, 2.5):
        current = sign * density * 1e-3 * AREA
        bench.hold(current, 900.0)
        bench.sweep(current)
        bench.hold(current, 300.0)
        bench.rest(600.0)
        bench.sweep()
        bench.rest(300.0)
    return written(bench, path)


@pytest.mark.parametrize("sign", [1, -1])
def test_spectra_in_steps_and_in_rests_are_mapped_apart(tmp_path: Path, sign: int) -> None:
    part = mapped(stairs(tmp_path / "stairs.h5", sign), against="current_density")
    assert {"map_under_current", "map_at_rest"} <= set(part.figures)
    assert "map" not in part.figures
    flowing, resting = (part.records[f"operando_map_{name}"] for name in ("under_current", "at_rest"))
    densities = np.array([0.5, 1.0, 1.5, 2.0, 2.5]) * 10
    for record in (flowing, resting):
        assert sorted(np.abs(record["current_density"].to_numpy())) == pytest.approx(densities, rel=0.01)
    order = np.argsort(np.abs(flowing["current_density"].to_numpy()))
    truth = 98.0 + 30.0 * np.abs(densities) * AREA * 1e-4 / 1e-4
    # a few per cent of a broad arc lie beyond the window that ends at 0.16 s
    assert flowing["polarisation_in_window"].to_numpy()[order] == pytest.approx(truth, rel=0.05)
    assert resting["polarisation_in_window"].to_numpy() == pytest.approx(np.full(5, 98.0), rel=0.03)
    word = "strip" if sign > 0 else "plate"
    assert any(f"{word} at 2.50 mA cm-2" in sentence for sentence in part.findings)


def test_a_drifting_voltage_is_told_beside_the_map(tmp_path: Path) -> None:
    law = cell(30.0)
    drifting = StatedCell(arcs=law.arcs, open_circuit=lambda state: 5e-5 * state.time if state.current else 0.0)
    bench = ImpedanceBench(drifting, seed=8)
    bench.rest(300.0)
    for density in (0.5, 1.0, 1.5):
        bench.hold(density * 1e-3 * AREA, 900.0)
        bench.sweep(density * 1e-3 * AREA)
        bench.rest(600.0)
        bench.sweep()
    part = mapped(written(bench, tmp_path / "drift.h5"), against="current")
    assert part.details["spectra_in_drift"] == [0, 2, 4]
    assert any("while the voltage drifted" in note for note in part.figures["map_under_current"].notes)
    assert not any("while the voltage drifted" in note for note in part.figures["map_at_rest"].notes)


def test_spectra_in_turns_are_not_smoothed_together(tmp_path: Path) -> None:
    """Along the charge neighbours differ eightfold: a joint inversion would miss them all."""
    part = mapped(stairs(tmp_path / "stairs.h5"))
    assert not part.details["joint"]
    assert any("neighbours are not alike" in sentence for sentence in part.findings)


def test_without_a_staircase_the_means_of_the_sweeps_are_used_and_told(tmp_path: Path) -> None:
    file = at_rest(tmp_path / "rest.h5", cell(30.0), seed=9, sweeps=3)
    part = mapped(file, against="current")
    assert "map" in part.figures
    assert any("no staircase was found" in sentence for sentence in part.findings)


def test_strip_plate_strip_has_three_panels_with_breaks_where_the_charge_turns(tmp_path: Path) -> None:
    step = 0.25 * 3.6 * AREA  # C
    bench = ImpedanceBench(cell(lambda state: 30.0 + 100.0 * abs(state.charge) / (4 * step)), seed=10)
    bench.rest(300.0)
    bench.sweep()
    for sign in (1, -1, 1):
        for _ in range(4):
            bench.hold(sign * step / 3600, 3600.0)
            bench.rest(300.0)
            bench.sweep()
    part = mapped(written(bench, tmp_path / "cycle.h5"))
    assert len(part.figures["map"].panels) == 3
    record = part.records["operando_map"]
    assert np.bincount(record["part"].to_numpy()).tolist() == [5, 4, 4]
    assert [panel.x.reversed for panel in part.figures["map"].panels] == [False, True, False]
    breaks = part.details["breaks"]
    assert [line.partition(":")[0] for line in breaks] == ["5", "9"]
    assert all("turns back" in line for line in breaks)
    charge = np.abs(record["charge"].to_numpy()) / (4 * step)
    assert record["polarisation_in_window"].to_numpy() == pytest.approx(98.0 + 100.0 * charge, rel=0.05)


def test_plating_into_potassium_then_rest_is_a_map_over_charge_and_one_over_time(tmp_path: Path) -> None:
    """Na plated into K metal makes its own liquid: the interface falls with the plated charge, then with the rest."""

    def law(state: State) -> float:
        return 200.0 / (1 + abs(state.charge)) + 100.0 * float(np.exp(-state.rest / 3000.0))

    bench = ImpedanceBench(cell(law), seed=11)
    current = -0.25e-3 * AREA
    for _ in range(6):
        bench.hold(current, 3600.0)
        bench.sweep(current)
    for _ in range(6):
        bench.rest(900.0)
        bench.sweep()
    file = written(bench, tmp_path / "potassium.h5")
    part = mapped(file, Cell(anode="K", counter="Na", area=f"{AREA} cm2"), against="charge")
    shown = part.figures["map"].panels[0].maps[0]
    assert np.isfinite(shown.z).any(axis=0).sum() == 6  # while plating; the rest has a map of its own
    assert part.records["operando_map"]["charge"].to_numpy().min() < 0  # plating is negative
    rest = part.records["rest_map"]
    assert rest["time"].to_numpy()[0] == pytest.approx(900.0, abs=5.0)
    end = abs(6 * 3600 * current)
    truth = 68.0 + 200.0 / (1 + end) + 100.0 * np.exp(-rest["time"].to_numpy() / 3000.0)
    assert rest["polarisation_in_window"].to_numpy() == pytest.approx(truth, rel=0.05)
    assert "the last current" in part.figures["rest_map"].caption


# --- series of cells and of cycles ---------------------------------------------------------------------------------------


def test_resistances_one_hour_after_assembly_by_composition(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = {"NaK50": 40.0, "NaK65": 75.0, "NaK80": 140.0}
    lines = ["name,anode.material,area / cm2,counter,files"]
    for seed, (alloy, R) in enumerate(truth.items()):
        law = cell(lambda state, R=R: R * (1 - 0.5 * float(np.exp(-state.time / 400.0))))  # type: ignore[misc]
        at_rest(tmp_path / f"{alloy}.h5", law, seed=20 + seed, sweeps=5, pause=1080.0)
        lines.append(f"{alloy} cell,{alloy},{AREA},Na,{alloy}.h5")
    (tmp_path / "cells.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
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
    none = ", ".join(f"{name}: null" for name in blocks)
    (tmp_path / "series.yaml").write_text(
        f"title: Three alloys\ncells: cells.csv\ndata: .\nanalyses: {{{none}, circuit: {{preset: coated-nasicon, "
        "process: interface, starts: 1}}\n",
        encoding="utf-8",
    )
    out = tmp_path / "out"
    assert run(["run", str(tmp_path / "series.yaml"), "-o", str(out), "--json"]) == 0
    results = output(capsys)["results"]
    table = open_saved(out / "records" / "resistance_by_cell.h5")
    assert table["potassium_mass_fraction"].to_numpy() == pytest.approx([0.5, 0.65, 0.8])
    low, high = table["lower_95"].to_numpy(), table["upper_95"].to_numpy()
    assert ((low - 1.0 < list(truth.values())) & (list(truth.values()) < high + 1.0)).all()
    assert table["area_specific_resistance"].to_numpy() == pytest.approx(
        table["resistance"].to_numpy() * AREA * 1e-4, rel=1e-6
    )
    assert table["elapsed"].to_numpy() == pytest.approx(np.full(3, 3600.0), rel=0.15)
    assert any("NaK50 and NaK65; NaK65 and NaK80" in sentence for sentence in results["findings"])
    assert any("nothing of how cells scatter" in sentence for sentence in results["findings"])
    assert (out / "figures" / "resistance_by_composition.png").is_file()
    again = run(["run", str(tmp_path / "series.yaml"), "-o", str(out), "--json"])
    assert again == 0
    assert len(output(capsys)["results"]["reused"]) == 3


def rising(first: float, last: float) -> StatedCell:
    """Total impedance (ohm) of the first and of the 50th cycle; nearly all of the rise comes after the 30th."""

    def law(state: State) -> float:
        cycles = state.passed / (2 * 0.4e-3 * 9000)
        return (first - 200.0) * float(
            np.exp(np.log((last - 200.0) / (first - 200.0)) * (max(cycles - 1, 0) / 49) ** 3)
        )

    arcs = (StatedArc(resistance=100.0, relaxation_time=1e-4), StatedArc(resistance=law, relaxation_time=0.1))
    return StatedCell(arcs=arcs, series_resistance=100.0, inductance=0.0)


def test_impedance_over_cycles_and_the_ratio_that_is_printed_wrong(
    tmp_path: Path, printed: Callable[[str], float]
) -> None:
    """The paper's own two impedances give 140; its text says 350. The analysis of such a cell finds the former."""
    first, last, ratio = 1e3 * printed("S002-031"), 1e3 * printed("S002-030"), printed("S002-032")
    assert last / first == pytest.approx(140.0)
    assert ratio == 350.0
    bench = ImpedanceBench(rising(first, last), seed=12, frequencies=np.geomspace(1e5, 0.01, 50), interval=1500.0)
    bench.rest(60.0)
    for cycle in range(1, 51):
        for sign in (1, -1):
            bench.hold(sign * 0.4e-3, 9000.0)
        if cycle == 1 or cycle % 10 == 0:
            bench.rest(60.0)
            bench.sweep()
    part = fitted(written(bench, tmp_path / "cycles.h5"), preset="sei-charge-transfer", process="total")
    record = part.records["process_resistance"]
    assert record["completed_cycles"].to_numpy().tolist() == [1, 10, 20, 30, 40, 50]
    found = part.estimates["last_over_first"]
    assert found.interval is not None
    assert found.value == pytest.approx(last / first, rel=0.02)
    assert found.interval[1] < 0.5 * ratio
    assert part.figures["resistance"].panels[0].x.label == "complete cycles"
    assert part.figures["resistance"].panels[0].y.scale == "log"
    rise = np.diff(np.log(record["resistance"].to_numpy()))
    assert rise[3:].sum() > 0.8 * rise.sum()  # after the 30th cycle, S002-033
    assert printed("S002-033") == 30


def test_peaks_beyond_the_stated_floor_are_not_in_the_window(tmp_path: Path, printed: Callable[[str], float]) -> None:
    """Sweeps that end at 1 Hz say nothing at 1 s, where peaks were assigned: only R/tau is in the data."""
    floor = printed("S000-027")
    assert printed("S000-063") > printed("S000-067") > 1 / (2 * np.pi * floor) == pytest.approx(WINDOW)
    file = at_rest(tmp_path / "slow.h5", cell(50.0, tau=printed("S000-067")), seed=13, sweeps=4)
    part = mapped(file, preset="wu2025")
    times = part.records["relaxation_times"]
    assert times.attrs["window_longest"] == pytest.approx(WINDOW, rel=1e-3)
    peaks = part.records["peaks"]
    inside = peaks["in_window"].to_numpy()
    assert (peaks["relaxation_time"].to_numpy()[inside] < WINDOW).all()
    assert any("1.0 Hz" in sentence and "not measured" in sentence for sentence in part.findings)


def test_a_posterior_of_single_spectra_goes_beside_the_joint_map(tmp_path: Path) -> None:
    slow = cell(lambda state: 40.0 * (1.0 + 0.02 * state.charge))
    part = mapped(at_rest(tmp_path / "cell.h5", slow, seed=3, sweeps=4), posterior=True)
    assert "map" not in part.details.get("missing", {})
    assert part.records["peak_tracks"].sizes["peak_track"] >= 1
    assert part.details["joint"] is True
