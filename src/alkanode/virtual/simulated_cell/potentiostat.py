"""A virtual potentiostat over a simulated history: the record that a file reader would return.

A simulation gives voltage and current without noise, at the times that its solver chose, and spectra without duration.
A potentiostat gives samples at its own times, with noise, on its own clock, and a sweep takes minutes. What comes out has
the same kinds and fields as a read file, so that one analysis serves both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import check
from alkanode.foundation.errors import PhysicsError, SchemaError
from alkanode.virtual.potentiostat import Noise
from alkanode.virtual.simulated_cell.sampling import Sampling
from alkanode.virtual.simulated_cell.spectra import SimulatedSpectra, blended
from alkanode.virtual.simulated_cell.sweep_ends import impedance_after_sweeps
from alkanode.virtual.tape import Tape

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]

STARTED = datetime(2026, 1, 5, 9, 0, 0, tzinfo=UTC)
"""When a record begins unless said otherwise: a fixed date, so that the same seed gives the same file."""

_REST, _CURRENT, _VOLTAGE, _SWEEP_CURRENT = 0.0, 1.0, 2.0, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PotentiostatSettings:
    """What a potentiostat adds to the truth.

    Attributes
    ----------
    sampling
        When samples are kept.
    noise
        Noise of voltage, current and impedance.
    amplitude
        Amplitude of the current in a sweep, A (default 10 uA: millivolts at some hundred ohm).
    periods
        Periods measured at each frequency of a sweep; default 3, for which the simulation rests too.
    settling
        Least time at each frequency, s.
    clock_rate
        Seconds of the instrument per true second.
    switching
        Seconds between two steps.
    short_resistance
        ohm; what is left of the cell after a short. A model ends there; the instrument goes on.
    short_tail
        s for which the instrument goes on with the current of the short; 0 for none.
    """

    sampling: Sampling = field(default_factory=Sampling)
    noise: Noise = field(default_factory=Noise)
    amplitude: float = 1e-5
    periods: float = 3.0
    settling: float = 0.1
    clock_rate: float = 1.0
    switching: float = 1e-3
    short_resistance: float = 1.0
    short_tail: float = 900.0

    def __post_init__(self) -> None:
        for name in ("amplitude", "periods", "clock_rate"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise PhysicsError(f"{name} of a potentiostat is above 0", found=repr(value))
        for name in ("settling", "switching", "short_resistance", "short_tail"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value >= 0):
                raise PhysicsError(f"{name} of a potentiostat is not negative", found=repr(value))

    def point_times(self, frequency: Floats) -> Floats:
        """Seconds from the begin of a sweep to the end of each of its points (Hz)."""
        return np.asarray(np.cumsum(np.maximum(self.settling, self.periods / frequency)))


def measure_history(
    history: xr.DataTree,
    *,
    seed: int,
    settings: PotentiostatSettings | None = None,
    started: datetime | None = None,
    name: str = "simulated",
) -> xr.DataTree:
    """Measure a simulated history.

    Parameters
    ----------
    history
        What :func:`alkanode.simulate` returned: ``cycling``, and where sweeps were asked for ``impedance``; ``interface``
        gives the voltage at rest during a sweep.
    seed
        Seed of the noise; the same seed gives the same record.
    settings
        The instrument; default :class:`PotentiostatSettings`.
    started
        When the record began; default a fixed date.
    name
        Name of the file it stands for.

    Returns
    -------
    DataTree
        ``cycling`` and ``impedance`` as a file reader gives them: the rows of sweeps stand among the others, marked by
        ``in_sweep``. Within a step a quantity runs in straight lines between the rows of the simulation. A sweep at rest
        takes its time on the clock; as far as the simulation itself went on meanwhile, the voltage relaxes, and where it
        kept its states (``keep_states=True``) so does the impedance. Beyond, the cell stands still. A record that
        ends in a short goes on for ``short_tail`` with a voltage of current times ``short_resistance``. A sweep
        under current takes no extra time: the cell goes on, and each point is taken from the spectra before and after it,
        weighted by time (in the logarithm), so that the sweep drifts as a real one does.

    Raises
    ------
    SchemaError
        When the history has no cycling record, or spectra lack their time.
    """
    settings = settings or PotentiostatSettings()
    cycling = check(history, "cycling")
    if cycling.sizes["row"] == 0:
        raise SchemaError("a simulated history holds rows", found="none")
    bench = _Bench(history, cycling, settings, np.random.default_rng(seed))
    bench.run()
    if _ends_in_a_short(history):
        bench.go_on_shorted()
    measured = bench.tape.history(started=started or STARTED, name=name, reader="virtual potentiostat")
    simulated = f"simulated: {history.attrs.get('model', 'a cell model')}"
    for node in (measured, *measured.children.values()):
        node.attrs["simulated"] = simulated
    return measured


class _Bench:
    """Goes through the pieces of a history, row by row and sweep by sweep."""

    def __init__(
        self,
        history: xr.DataTree,
        cycling: xr.Dataset,
        settings: PotentiostatSettings,
        random: np.random.Generator,
    ) -> None:
        self.tape = Tape()
        self._set, self._random = settings, random
        self._time = cycling["time"].to_numpy().astype(np.float64)
        self._rows = _columns(cycling)
        self._mode = _modes(cycling, self._rows["current"])
        self._spectra = SimulatedSpectra.of(history)
        self._pending = list(range(self._spectra.count))
        self._rest_time, self._rest_voltage = _rest_voltage(history, self._time, self._rows["voltage"])
        self._after = impedance_after_sweeps(history, self._time, self._mode)
        self._inserted = 0.0

    def run(self) -> None:
        """Measure everything."""
        for begin, end in _pieces(self._rows["step"], self._mode):
            swept = self._mode[begin] >= _SWEEP_CURRENT  # the rows of a sweep are made from its spectrum
            self._sweeps_until(float(self._time[end - 1] if swept else self._time[begin]))
            if not swept:
                self._piece(slice(begin, end))
                self._inserted += self._set.switching
        self._sweeps_until(np.inf)

    def go_on_shorted(self) -> None:
        """Hold the last current over what is left of the cell."""
        end = float(self._time[-1])
        times = end + np.append(np.arange(0.0, self._set.short_tail, self._set.sampling.interval), self._set.short_tail)
        current = float(self._rows["current"][-1])
        charge = self._rows["charge"][-1] + current * (times - end)
        self._put(
            self._clock(times),
            voltage=np.full(times.size, current * self._set.short_resistance),
            current=np.full(times.size, current),
            charge=charge,
            setpoints=(np.full(times.size, current), np.full(times.size, np.nan)),
            step=float(self._rows["step"][-1]),
            cycle=np.full(times.size, self._rows["cycle"][-1]),
            mode=np.full(times.size, _CURRENT),
            swept=np.zeros(times.size),
        )

    def _take(self, chosen: Callable[[int], bool]) -> list[int]:
        """Sweeps still to be made that are chosen, taken off the list."""
        taken = [k for k in self._pending if chosen(k)]
        self._pending = [k for k in self._pending if k not in taken]
        return taken

    def _sweeps_until(self, time: float) -> None:
        """Make all sweeps at rest that are due by a time of the simulation."""
        spectra = self._spectra
        for k in self._take(lambda k: spectra.time[k] <= time + 1e-9 and not spectra.flows(k)):
            self._sweep_at_rest(k)

    def _clock(self, time: Floats) -> Floats:
        """Clock of the instrument at times of the simulation."""
        return np.asarray((time - self._time[0] + self._inserted) * self._set.clock_rate)

    def _piece(self, rows: slice) -> None:
        """One stretch of one step; sweeps at rest inside it cut it."""
        spectra, t, mode = self._spectra, self._time[rows], float(self._mode[rows.start])
        still = self._take(lambda k: bool(t[0] < spectra.time[k] < t[-1]) and not spectra.flows(k))
        flowing = self._take(lambda k: bool(t[0] - 1e-9 <= spectra.time[k] <= t[-1]) and spectra.flows(k))
        wanted = self._set.sampling.times(t, self._rows["voltage"][rows], swept=mode == _VOLTAGE)
        start = -np.inf
        for k in still:
            edge = spectra.time[k]
            self._samples(rows, np.append(wanted[(wanted > start) & (wanted < edge)], edge), mode, flowing)
            self._sweep_at_rest(k)
            start = edge
        self._samples(rows, wanted[wanted > start], mode, flowing)

    def _samples(self, rows: slice, times: Floats, mode: float, flowing: list[int]) -> None:
        """Samples at times of the simulation, with the points of sweeps under current between them."""
        if times.size == 0:
            return
        swept = np.zeros(times.size, dtype=bool)
        for k in flowing:
            own = self._spectra.time[k] + self._set.point_times(self._spectra.frequency(k))
            if not times[0] <= self._spectra.time[k] <= times[-1]:
                continue
            keep = (times <= self._spectra.time[k]) | (times > own[-1])
            times, swept = np.append(times[keep], own), np.append(swept[keep], np.ones(own.size, dtype=bool))
            order = np.argsort(times, kind="stable")
            times, swept = times[order], swept[order]
            self._sweep_under_current(k, own, rows)
        values = {key: self._at(rows, key, times) for key in ("voltage", "current", "charge")}
        unset = np.full(times.size, np.nan)
        self._put(
            self._clock(times),
            **values,
            setpoints=(
                values["current"] if mode == _CURRENT else unset,
                values["voltage"] if mode == _VOLTAGE else unset,
            ),
            step=float(self._rows["step"][rows.start]),
            cycle=np.interp(times, self._time[rows], self._rows["cycle"][rows]).round(),
            mode=np.where(swept, _SWEEP_CURRENT, mode),
            swept=swept.astype(np.float64),
        )

    def _put(
        self,
        clock: Floats,
        *,
        voltage: Floats,
        current: Floats,
        charge: Floats,
        setpoints: tuple[Floats, Floats],
        step: float,
        cycle: Floats,
        mode: Floats,
        swept: Floats,
    ) -> None:
        """Rows on the tape, with noise."""
        noise = self._random.normal(size=(2, clock.size))
        self.tape.write(
            time=clock,
            voltage=voltage + self._set.noise.voltage * noise[0],
            current=current * (1 + self._set.noise.current * noise[1]),
            current_setpoint=setpoints[0],
            voltage_setpoint=setpoints[1],
            charge=charge,
            step=np.full(clock.size, step),
            cycle=cycle,
            control_mode=mode,
            in_sweep=swept,
        )

    def _at(self, rows: slice, key: str, times: Floats) -> Floats:
        return np.asarray(np.interp(times, self._time[rows], self._rows[key][rows]))

    def _sweep_at_rest(self, k: int) -> None:
        """One sweep while the cell stands still, in time of the instrument."""
        spectra = self._spectra
        frequency, clean = spectra.frequency(k), spectra.impedance(k)
        since = self._set.point_times(frequency)
        first, last = spectra.rows(k, self._time, self._mode)
        given = float(self._time[last - 1] - self._time[first]) if last > first else 0.0
        clock = self._clock(np.full(1, spectra.time[k])) + since * self._set.clock_rate
        nearest = max(int(np.searchsorted(self._time, spectra.time[k], side="right")) - 1, 0)
        level = np.full(since.size, spectra.voltage(k))
        if last > first:  # the simulation went on during the sweep
            own = slice(first, last)
            if k in self._after and given > 0:
                clean = blended(clean, self._after[k], since / given)
            level = np.interp(spectra.time[k] + since, self._time[own], self._rows["voltage"][own])
        elif not np.isfinite(level).all():
            level = np.full(since.size, np.interp(spectra.time[k], self._rest_time, self._rest_voltage))
        charge = spectra.charge(k)
        if not np.isfinite(charge):
            charge = float(np.interp(spectra.time[k], self._time, self._rows["charge"]))
        step = spectra.step(k, self._rows["step"][nearest])
        cycle = self._rows["cycle"][nearest]
        count = since.size
        still, own_cycle = np.zeros(count), np.full(count, cycle)
        voltage = level + self._set.noise.voltage * self._random.normal(size=count)
        self._write_sweep(frequency, clean, clock, voltage, still, charge=charge, step=step, cycle=cycle)
        self.tape.write(
            time=clock,
            voltage=voltage,
            current=still,
            current_setpoint=still,
            voltage_setpoint=np.full(count, np.nan),
            charge=np.full(count, charge),
            step=np.full(count, step),
            cycle=own_cycle,
            control_mode=np.full(count, _SWEEP_CURRENT),
            in_sweep=np.ones(count),
        )
        if given > since[-1]:  # the simulation rested for longer: so does the instrument
            left = np.append(np.arange(since[-1], given, self._set.sampling.interval)[1:], given)
            self._put(
                self._clock(spectra.time[k] + left),
                voltage=np.interp(spectra.time[k] + left, self._time[first:last], self._rows["voltage"][first:last]),
                current=np.zeros(left.size),
                charge=np.full(left.size, charge),
                setpoints=(np.full(left.size, np.nan), np.full(left.size, np.nan)),
                step=step,
                cycle=np.full(left.size, cycle),
                mode=np.full(left.size, _REST),
                swept=np.zeros(left.size),
            )
        self._inserted += max(float(since[-1]) - given, 0.0) + self._set.switching

    def _sweep_under_current(self, k: int, times: Floats, rows: slice) -> None:
        """One sweep while the current flows on: every point sees the cell of its moment."""
        spectra = self._spectra
        frequency = spectra.frequency(k)
        clean = np.array([spectra.between(float(at), float(f)) for at, f in zip(times, frequency, strict=True)])
        self._write_sweep(
            frequency,
            clean,
            self._clock(times),
            self._at(rows, "voltage", times),
            self._at(rows, "current", times),
            charge=float(self._at(rows, "charge", times[:1])[0]),
            step=float(self._rows["step"][rows.start]),
            cycle=float(self._rows["cycle"][rows.start]),
        )

    def _write_sweep(
        self,
        frequency: Floats,
        clean: Complexes,
        clock: Floats,
        voltage: Floats,
        current: Floats,
        *,
        charge: float,
        step: float,
        cycle: float,
    ) -> None:
        noise = self._random.normal(size=(2, frequency.size))
        noisy = clean + self._set.noise.impedance * np.abs(clean) * (noise[0] + 1j * noise[1])
        self.tape.write_sweep(
            frequency=frequency,
            impedance=noisy,
            point_time=clock,
            voltage=voltage,
            current=current,
            voltage_amplitude=self._set.amplitude * np.abs(noisy),
            current_amplitude=np.full(frequency.size, self._set.amplitude),
            time=float(clock[0]),
            charge=charge,
            step=step,
            cycle=cycle,
        )


def _ends_in_a_short(history: xr.DataTree) -> bool:
    """Whether the last event of a simulation is a short."""
    if "events" not in history.children:
        return False
    names = check(history["events"].to_dataset(), "simulated_events")["name"].to_numpy()
    return bool(names.size and str(names[-1]) == "short")


def _modes(cycling: xr.Dataset, current: Floats) -> Floats:
    """Control mode of each row; where the simulation did not say, current or rest."""
    guess = np.where(current == 0, _REST, _CURRENT)
    if "control_mode" not in cycling:
        return guess
    mode = cycling["control_mode"].to_numpy().astype(np.float64)
    return np.where(mode < 0, guess, mode)


def _pieces(step: Floats, mode: Floats) -> list[tuple[int, int]]:
    """First row and row behind the last of each stretch of one step under one control."""
    cut = np.flatnonzero((np.diff(step) != 0) | (np.diff(mode) != 0)) + 1
    edges = [0, *cut.tolist(), step.size]
    return list(pairwise(edges))


def _columns(cycling: xr.Dataset) -> dict[str, Floats]:
    """Columns of a simulated record; a missing charge is integrated."""
    size = cycling.sizes["row"]
    defaults = {"voltage": np.nan, "current": 0.0, "step": 0.0, "cycle": 1.0}
    rows = {
        key: cycling[key].to_numpy().astype(np.float64) if key in cycling else np.full(size, default)
        for key, default in defaults.items()
    }
    if "charge" in cycling:
        return rows | {"charge": cycling["charge"].to_numpy().astype(np.float64)}
    mean = 0.5 * (rows["current"][1:] + rows["current"][:-1])
    passed = np.cumsum(np.diff(cycling["time"].to_numpy()) * mean)
    return rows | {"charge": np.concatenate(([0.0], passed))}


def _rest_voltage(history: xr.DataTree, time: Floats, voltage: Floats) -> tuple[Floats, Floats]:
    """Voltage without current over time: what the interface says, else the voltage of the rows."""
    if "interface" not in history.children:
        return time, voltage
    record = check(history["interface"].to_dataset(), "simulated_interface")
    return record["time"].to_numpy().astype(np.float64), record["open_circuit_voltage"].to_numpy().astype(np.float64)
