"""A circuit fitted along a series: every spectrum is tried from its neighbours' solutions, forward and backward.

A fit can end in a valley that is not the deepest. Neighbouring spectra are alike, so a good solution of one starts the
next. The whole series is restarted at once from the neighbour before and from the neighbour behind, at distances 1, 2, 4,
..., and each spectrum keeps its best solution. The rounds end when two of them in a row have improved nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.foundation.sources import add_sources
from alkanode.impedance.circuits.circuit import Circuit, parse_circuit
from alkanode.impedance.circuits.fit_batch import fit_batch
from alkanode.impedance.circuits.fit_circuit import fit_circuit
from alkanode.impedance.circuits.presets import CIRCUIT_PRESETS, CircuitPreset, circuit_preset, processes_text
from alkanode.impedance.circuits.starting_values import candidates
from alkanode.impedance.frequency_grids import FrequencyGrid, frequency_grids

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Weights = Literal["modulus", "unit", "proportional"]

_BETTER = 1e-6
"""Relative decrease of the sum of squares that counts as an improvement."""


def fit_series(
    record: RecordLike,
    circuit: str | Circuit | CircuitPreset,
    *,
    starts: int = 3,
    rounds: int = 6,
    breaks: Sequence[int] = (),
    fixed: Mapping[str, float] | None = None,
    bounds: Mapping[str, Sequence[float]] | None = None,
    weights: Weights = "modulus",
) -> xr.Dataset:
    """Fit a circuit to every spectrum of a series, from several starts and from its neighbours' solutions.

    Parameters
    ----------
    record
        Impedance record: ``frequency`` (Hz), ``impedance`` (ohm) over (spectrum, point); masked spectra are skipped.
    circuit
        Text of a circuit (:func:`parse_circuit`), a :class:`CircuitPreset`, or the name of one.
    starts
        Sets of starting values from the distribution of relaxation times that are tried for each spectrum. Default 3:
        the best alone misses the deepest valley more often where arcs overlap.
    rounds
        Rounds of restarts from neighbours, both ways. 6 carry a solution over 63 spectra.
    breaks
        Positions of spectra with which a new segment begins (current switched, cell changed); no solution is carried
        across.
    fixed
        Name -> value (SI) of parameters that are held.
    bounds
        Name -> (lower, upper) in SI, in place of the defaults.
    weights
        ``"modulus"`` (default: each residual over ``|Z|``), ``"unit"`` or ``"proportional"``.

    Returns
    -------
    Dataset
        Kind ``circuit_fit`` as from :func:`fit_circuit`. With a preset ``attrs`` hold ``preset``, ``processes`` (which
        resistance belongs to which process) and ``assumed``. ``attrs["restarts"]`` counts fits beyond one per spectrum,
        ``attrs["improved_by_neighbours"]`` the spectra that a neighbour's solution helped.

    Raises
    ------
    SchemaError
        For a record of another kind, an unreadable circuit, too few points, or an option out of range.
    PhysicsError
        For frequencies that are not positive.
    """
    record = check(record, "impedance")
    named = circuit_preset(circuit) if isinstance(circuit, str) and circuit in CIRCUIT_PRESETS else circuit
    known = named if isinstance(named, CircuitPreset) else None
    model = circuit_of(named)
    if starts < 1 or rounds < 0:
        raise SchemaError("at least one start and no negative number of rounds", found=f"{starts} and {rounds}")
    search = _Search(record, model, fixed or {}, dict(bounds or {}), weights)
    search.from_distributions(starts)
    helped = search.along(rounds, breaks)
    fit = fit_circuit(record, model, start=search.value, fixed=fixed, bounds=bounds, weights=weights)
    fit.attrs.update(restarts=search.fits - search.usable, improved_by_neighbours=helped)
    if known is not None:
        fit.attrs.update(preset=known.name, processes=processes_text(known.processes), assumed=known.assumed)
        add_sources(fit, (known.source,))
    return fit


def circuit_of(circuit: str | Circuit | CircuitPreset) -> Circuit:
    """The circuit of a text, of a preset or of the name of one."""
    if isinstance(circuit, Circuit):
        return circuit
    if isinstance(circuit, CircuitPreset):
        return parse_circuit(circuit.circuit)
    return parse_circuit(CIRCUIT_PRESETS[circuit].circuit if circuit in CIRCUIT_PRESETS else circuit)


class _Search:
    """The best solution of each spectrum so far."""

    def __init__(
        self,
        record: xr.Dataset,
        circuit: Circuit,
        fixed: Mapping[str, float],
        bounds: dict[str, Sequence[float]],
        weights: Weights,
    ) -> None:
        self.circuit = circuit
        self.grids = frequency_grids(record)
        count = record.sizes["spectrum"]
        self.usable = sum(grid.spectra.size for grid in self.grids)
        self.value = np.full((count, len(circuit.names)), np.nan)
        self.cost = np.full(count, np.inf)
        self.fits = 0
        self._held = np.zeros(len(circuit.names), dtype=bool)
        self._at = np.full(len(circuit.names), np.nan)
        for name, value in fixed.items():
            place = circuit.position(name)
            self._held[place], self._at[place] = True, value
        self._options: dict[str, Any] = {"fixed": self._held, "bounds": bounds, "weights": weights}

    def from_distributions(self, starts: int) -> None:
        """Fit every spectrum from starting values of its distribution of relaxation times."""
        for grid in self.grids:
            for start in candidates(self.circuit, grid.frequency, grid.impedance, most=starts):
                self._try(grid, np.arange(grid.spectra.size), start)

    def along(self, rounds: int, breaks: Sequence[int]) -> int:
        """Restart spectra from neighbours at distances 1, 2, 4, ...; the number of spectra that this helped."""
        spectra = np.sort(np.concatenate([grid.spectra for grid in self.grids])) if self.grids else np.zeros(0, int)
        segment = np.searchsorted(np.sort(np.asarray(list(breaks), dtype=np.intp)), spectra, side="right")
        helped = np.zeros(spectra.size, dtype=bool)
        for turn in range(rounds):
            distance = 2**turn if 2**turn < spectra.size else 1
            before = self.cost[spectra].copy()
            for step in (distance, -distance):
                giver = np.arange(spectra.size) - step
                there = (giver >= 0) & (giver < spectra.size)
                giver = np.clip(giver, 0, spectra.size - 1)
                there &= (segment[giver] == segment) & np.isfinite(self.cost[spectra[giver]])
                self._restart(spectra[there], spectra[giver[there]])
            moved = self.cost[spectra] < before * (1 - _BETTER)
            helped |= moved
            if not moved.any() and turn > 0:
                break
        return int(helped.sum())

    def _restart(self, takers: Ints, givers: Ints) -> None:
        """Fit some spectra from the solutions of others."""
        starts = self.value[givers]
        for grid in self.grids:
            row_of = {int(spectrum): row for row, spectrum in enumerate(grid.spectra)}
            here = [k for k, spectrum in enumerate(takers) if int(spectrum) in row_of]
            if here:
                rows = np.array([row_of[int(takers[k])] for k in here], dtype=np.intp)
                self._try(grid, rows, starts[here])

    def _try(self, grid: FrequencyGrid, rows: Ints, start: Floats) -> None:
        """Fit rows of a grid and keep what is better than before."""
        start = np.where(self._held, self._at, start)
        found = fit_batch(self.circuit, grid.frequency, grid.impedance[rows], start, **self._options)
        self.fits += rows.size
        spectra = grid.spectra[rows]
        better = found.chi_square < self.cost[spectra] * (1 - _BETTER)
        self.cost[spectra[better]] = found.chi_square[better]
        self.value[spectra[better]] = found.value[better]
