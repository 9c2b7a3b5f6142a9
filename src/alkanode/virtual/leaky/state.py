"""How leaky cells change in time: contact, metal, filaments and layers of every column, many cells stepped together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.constants import gas_constant

from alkanode.virtual.leaky.column_network import (
    DIFFUSION_TIMES,
    DIFFUSION_WEIGHTS,
    THERMAL_VOLTAGE,
    Floats,
    Flow,
    charge_transfer,
    constriction,
    flow,
    spectrum,
)
from alkanode.virtual.leaky.physics import CONTACT_SPOTS, PERCOLATION_EXPONENT, Filament, LeakyPhysics

LEAST_SHARE = 1e-8
"""Contact share that always remains, so that no column is ever cut off exactly."""

REFERENCE_TEMPERATURE = 298.15
DAY = 86400.0


class LeakyState:
    """The columns of several cells, (cell, column), and how a step of time changes them.

    Parameters
    ----------
    physics
        One per cell, all with the same number of columns.
    areas
        m2 of each cell.
    randoms
        One generator per cell: what it draws does not depend on the other cells.
    """

    def __init__(
        self, physics: Sequence[LeakyPhysics], areas: Sequence[float], randoms: Sequence[np.random.Generator]
    ) -> None:
        self._physics, self._randoms = list(physics), list(randoms)
        cells, columns = len(physics), physics[0].columns
        self.shape = (cells, columns)
        self.area = np.asarray(areas, dtype=float)[:, None] / columns
        draws = np.array([random.standard_normal((3, columns)) for random in randoms])
        seats = np.array([random.permutation(columns) for random in randoms])
        spread = np.exp(self._per("scatter") * draws[:, 0])
        spread *= np.mean(1.0 / spread, axis=1, keepdims=True)
        everywhere = np.ones(self.shape)
        self._path = self._per("electrolyte_resistance") / self.area * spread
        self._spreading = self._per("spreading") / self.area * everywhere
        self._spot = np.sqrt(np.pi / CONTACT_SPOTS.value) / (4 * self._per("conductivity") * self.area)
        self._exchange = THERMAL_VOLTAGE * self.area / self._sides("resistance") * everywhere
        self._double_layer = self.area * self._sides("capacitance")
        modes = np.tile(DIFFUSION_WEIGHTS, 2)[:, None, None]
        self._diffusion = np.repeat(self._sides("diffusion_resistance") / self.area, 2, axis=0) * modes * everywhere
        times = np.tile(DIFFUSION_TIMES, 2)[:, None, None]
        self._diffusion_time = np.repeat(self._sides("diffusion_time"), 2, axis=0) * times * everywhere
        self._rest = [self._per(f"rest_{name}") for name in ("potential", "slope", "ceiling")]
        self._set_mechanisms(draws[:, 1], draws[:, 2], seats)
        self.time = np.zeros(cells)
        self._relaxing = np.zeros((6, *self.shape))
        self._ionic = np.zeros(self.shape)
        self._stripped = np.zeros(self.shape)
        self.share = np.ones((2, *self.shape))
        self.tips = np.zeros((2, *self.shape))
        self.metal = self._inventory * np.ones(self.shape)
        self._on = np.zeros(cells, dtype=bool)
        self._strength = np.zeros(cells)

    def _per(self, name: str) -> Floats:
        """(cell, 1) a number of each cell's physics."""
        return _column([getattr(physics, name) for physics in self._physics])

    def _sides(self, name: str) -> Floats:
        """(interface, cell, 1) a number of each cell's two interfaces."""
        sides = [[getattr(side, name) for side in (p.working, p.counter)] for p in self._physics]
        return np.array(sides, dtype=float).T[:, :, None]

    def _set_mechanisms(self, feeding: Floats, growing: Floats, seats: npt.NDArray[np.int64]) -> None:
        """Parameters of the mechanisms as arrays; an absent one gets values with which nothing happens."""
        inf, physics = np.inf, self._physics
        voids = [p.voids for p in physics]
        self._feed = _column([inf if v is None else v.replenishment for v in voids]) * np.exp(
            _column([0.0 if v is None else v.scatter for v in voids]) * feeding
        )
        self._void = _column([inf if v is None else v.capacity for v in voids])
        self._refill = _column([0.0 if v is None else v.recovery for v in voids])
        self._has_voids = bool(np.isfinite(self._void).any())
        tips = [p.filament or Filament(critical=inf, capacity=inf) for p in physics]
        holds = _column([0 if p.filament is None else p.filament.columns for p in physics]) > seats
        self._critical = np.where(
            holds, _column([f.critical for f in tips]) * np.exp(_column([f.scatter for f in tips]) * growing), inf
        )
        self._tip, self._retract, self._wire, self._threshold, self._closing, self._fuse, self._burnt = (
            _column([getattr(f, name) for f in tips])
            for name in ("capacity", "retraction", "wire", "threshold", "closing_time", "fuse", "burnt")
        )
        self._has_tips = bool(np.isfinite(self._critical).any())
        flicker = [p.flicker for p in physics]
        self._flickers = np.array([f is not None for f in flicker])
        self._flicker_seat = seats == 0
        self._flicker = {
            name: np.array([default if f is None else getattr(f, name) for f in flicker], dtype=float)
            for name, default in (
                ("conductance", 0.0), ("on_time", inf), ("off_time", inf), ("scatter", 0.0), ("begins", inf)
            )
        }  # fmt: skip
        slow = [p.slow_leak for p in physics]
        share = _column([1 if s is None else s.columns for s in slow])
        self._slow = np.where(seats < share, _column([0.0 if s is None else s.conductance for s in slow]) / share, 0.0)
        self._slow_begins = _column([0.0 if s is None else s.begins for s in slow])
        self._slow_time = _column([1.0 if s is None else s.growth_time for s in slow])
        layer = [p.interphase for p in physics]
        self._layer = _column([0.0 if i is None else i.resistance for i in layer]) / self.area
        self._layer_time = _column([1.0 if i is None else i.time for i in layer])
        self._layer_exponent = _column([1.0 if i is None else i.exponent for i in layer])
        climate = [p.climate for p in physics]
        self._step_time = _column([0.0 if c is None else c.step_time for c in climate])
        self._step = _column([0.0 if c is None else c.step for c in climate])
        self._swing = _column([0.0 if c is None else c.swing for c in climate])
        self._activation = _column([0.0 if c is None else c.activation_energy for c in climate])
        metal = [p.inventory for p in physics]
        self._inventory = _column([inf if m is None else m.charge for m in metal]) * self.area
        self._cover = _column([1.0 if m is None else m.cover for m in metal]) * self._inventory
        self._efficiency = _column([1.0 if m is None else m.efficiency for m in metal])
        self._has_metal = bool(np.isfinite(self._inventory).any())

    @property
    def coverage(self) -> Floats:
        """(cell, column) share of the working interface that metal still covers."""
        if not self._has_metal:
            return np.ones(self.shape)
        with np.errstate(invalid="ignore"):
            share = np.where(np.isfinite(self._cover), self.metal / self._cover, 1.0)
        return np.clip(share, LEAST_SHARE, 1.0)

    @property
    def contact(self) -> Floats:
        """(interface, cell, column) share of each interface that touches: voids and metal together."""
        share = self.share.copy()
        share[0] *= self.coverage
        return np.maximum(share, LEAST_SHARE)

    @property
    def temperature(self) -> Floats:
        """(cell, 1) K."""
        now = self.time[:, None]
        swing = self._swing * np.sin(2 * np.pi * now / DAY)
        return REFERENCE_TEMPERATURE + swing + np.where(now >= self._step_time, self._step, 0.0)

    @property
    def layer(self) -> Floats:
        """(cell, column) resistance of the interphase, ohm."""
        return self._layer * (self.time[:, None] / self._layer_time) ** self._layer_exponent * np.ones(self.shape)

    def slow_leak(self) -> Floats:
        """(cell, column) conductance of the leak that grows slowly, S."""
        age = np.maximum(self.time[:, None] - self._slow_begins, 0.0)
        return np.asarray(self._slow * -np.expm1(-age / self._slow_time))

    def sudden_leak(self) -> Floats:
        """(cell, column) conductance of filaments and flickering contacts, S."""
        leak = np.where(self._flicker_seat, (self._on * self._strength)[:, None], 0.0)
        if self._has_tips:
            reach = np.clip((self.tips.sum(axis=0) - self._threshold) / (1 - self._threshold), 0.0, 1.0)
            leak = leak + reach**PERCOLATION_EXPONENT.value / self._wire
        return np.asarray(leak)

    def _paths(self) -> tuple[Floats, Floats, Floats]:
        """Ohmic resistance (cell, column), RC resistances and times (element, cell, column)."""
        warm = np.exp(self._activation / gas_constant * (1 / self.temperature - 1 / REFERENCE_TEMPERATURE))
        contact = self.contact
        ohmic = self._path + self.layer
        if self._has_tips:
            ohmic = ohmic * np.maximum(1.0 - self.tips.sum(axis=0), 0.02)
        if self._has_voids or self._has_metal:
            ohmic = ohmic + (self._spot * constriction(contact) / np.sqrt(contact)).sum(axis=0)
        crossing = charge_transfer(self._ionic, self._exchange * contact)
        elements = np.concatenate([crossing, self._diffusion / np.repeat(contact, 2, axis=0)])
        times = np.concatenate([crossing * self._double_layer * contact, self._diffusion_time])
        return ohmic * warm, elements * warm, times

    def step(self, current: Floats, duration: Floats, compliance: Floats) -> Flow:
        """Pass a current (cell,) (A) for a duration (cell,) (s) and change the columns.

        Cells whose duration is 0 stand still.
        """
        span = duration[:, None]
        self._toggle(duration)
        ohmic, elements, times = self._paths()
        kept = np.exp(-span / times)
        gained = (1.0 - kept) * elements
        decayed = kept * self._relaxing
        slope = self._rest[1] * self._stripped / self.area
        source = np.minimum(self._rest[0] + slope, self._rest[2]) + decayed.sum(axis=0)
        leak = self.sudden_leak() + self.slow_leak()
        done = flow(current, ohmic + gained.sum(axis=0), source, leak, self._spreading, compliance)
        self._relaxing = decayed + gained * done.ionic
        self._ionic = np.where(span > 0, done.ionic, self._ionic)
        self._stripped += done.ionic * span
        self.time = self.time + duration
        density = done.ionic / self.area
        if self._has_voids:
            self._move_voids(density, span)
        if self._has_metal:
            self.metal += np.where(density > 0, -1.0, -self._efficiency) * done.ionic * span
            self.metal = np.clip(self.metal, 0.0, self._inventory)
        if self._has_tips:
            self._grow_tips(density, done.leaked, span)
        return done

    def _move_voids(self, density: Floats, span: Floats) -> None:
        """Contact falls by what is stripped beyond what arrives, never below zero, and comes back on plating."""
        for side, stripped in enumerate((density, -density)):
            share = self.share[side]
            lost = np.maximum(stripped, 0.0) * span / self._void
            fed = np.where(np.isfinite(self._feed), self._feed, 0.0) * span / self._void
            back = fed * np.minimum(share, 1.0) + self._refill * np.maximum(-stripped, 0.0) * span / self._void
            share = share + back
            self.share[side] = np.clip(share * share / (share + lost), LEAST_SHARE, 1.0)

    def _grow_tips(self, density: Floats, leaked: Floats, span: Floats) -> None:
        """Tips grow on the plated side, shrink on the stripped one, close once they percolate, and may burn."""
        bridged, limit = self.tips.sum(axis=0) > self._threshold, self._critical
        for side, plated in enumerate((-density, density)):
            grown = np.maximum(plated - limit, 0.0)
            shrunk = np.where(bridged, 0.0, self._retract * np.maximum(-plated - limit, 0.0))
            self.tips[side] = np.maximum(self.tips[side] + (grown - shrunk) * span / self._tip, 0.0)
        reach = self.tips.sum(axis=0)
        wanted = np.where(bridged, 1.0 - (1.0 - np.minimum(reach, 1.0)) * np.exp(-span / self._closing), reach)
        wanted = np.where(np.abs(leaked) > self._fuse, self._burnt, np.minimum(wanted, 1.0))
        self.tips *= np.where(reach > 0, wanted / np.maximum(reach, 1e-12), 1.0)

    def _toggle(self, duration: Floats) -> None:
        """Flickering leaks turn on and off with the probability of their mean durations."""
        for cell in np.flatnonzero(self._flickers & (duration > 0)):
            chance, draw = self._randoms[cell].random(), self._flicker
            mean = draw["on_time" if self._on[cell] else "off_time"][cell]
            if self.time[cell] < draw["begins"][cell] or chance > -np.expm1(-duration[cell] / mean):
                continue
            self._on[cell] = not self._on[cell]
            if self._on[cell]:
                scatter = draw["scatter"][cell] * self._randoms[cell].standard_normal()
                self._strength[cell] = draw["conductance"][cell] * np.exp(scatter)

    def impedance(self, cell: int, frequency: Floats) -> npt.NDArray[np.complex128]:
        """Impedance (ohm) of one cell as it stands, at frequencies (Hz)."""
        ohmic, elements, times = self._paths()
        leak = self.sudden_leak()[cell] + self.slow_leak()[cell]
        return spectrum(frequency, ohmic[cell], elements[:, cell], times[:, cell], leak, self._spreading[cell])


def _column(values: Sequence[float]) -> Floats:
    return np.asarray(values, dtype=float)[:, None]
