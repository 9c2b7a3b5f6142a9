"""What can go wrong in a leaky cell, as physics: each mechanism is a frozen description in SI.

The numbers are assumed unless a label says otherwise: they make a plausible cell with a known answer, not a fit to one.
Areal quantities are per geometric area of the electrode.
"""

from __future__ import annotations

from dataclasses import dataclass

from alkanode.foundation.errors import PhysicsError
from alkanode.foundation.sources import Constant, Trust

ELECTROLYTE_RESISTANCE = Constant(
    value=1e-2, unit="ohm m2", source="", trust=Trust.ASSUMED, note="1 mm of 1 mS cm-1, a pellet of NASICON"
)
INTERFACE_RESISTANCE = Constant(
    value=2e-3, unit="ohm m2", source="", trust=Trust.ASSUMED, note="20 ohm cm2, an alkali metal on a clean ceramic"
)
DOUBLE_LAYER = Constant(value=0.1, unit="F m-2", source="", trust=Trust.RECALLED, note="10 uF cm-2")
CONTACT_SPOTS = Constant(
    value=1e8, unit="m-2", source="", trust=Trust.ASSUMED, note="spots of contact 100 um apart once voids have formed"
)
PERCOLATION_EXPONENT = Constant(
    value=2.0,
    unit="1",
    source="",
    trust=Trust.RECALLED,
    note="conductivity of a percolating network in three dimensions",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """One metal | electrolyte interface with full contact.

    Attributes
    ----------
    resistance
        Charge transfer at small current, ohm m2; Butler-Volmer with equal transfer coefficients gives the rest.
    capacitance
        Double layer, F m-2.
    diffusion_resistance, diffusion_time
        ohm m2 and s of a finite-length diffusion (its two slowest modes); 0 switches it off.
    """

    resistance: float = INTERFACE_RESISTANCE.value
    capacitance: float = DOUBLE_LAYER.value
    diffusion_resistance: float = 0.0
    diffusion_time: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Voids:
    """Loss of contact: a column that is stripped faster than metal arrives loses contact, and plating fills it again.

    Attributes
    ----------
    replenishment
        Current density that creep and diffusion can feed at full contact, A m-2; it falls with the contact share.
    capacity
        Charge beyond it that takes all contact of a column, C m-2.
    recovery
        Share of the plated charge that fills voids again, 0 to 1.
    scatter
        Standard deviation of ln(replenishment) among the columns.
    """

    replenishment: float
    capacity: float
    recovery: float = 0.9
    scatter: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Filament:
    """Metal that grows through the electrolyte in a few columns, and what happens when it bridges.

    Attributes
    ----------
    critical
        Plating current density above which it grows, A m-2.
    capacity
        Charge beyond it that takes a tip across the electrolyte, C m-2.
    wire
        Resistance of a finished filament, ohm.
    columns
        How many columns carry one.
    retraction
        Share of its growth that stripping takes back, 0 to 1.
    threshold
        Share of the thickness from which it conducts (percolation).
    closing_time
        s in which a percolated filament finishes.
    fuse
        A; a filament that carries more burns and shrinks to ``burnt`` of the thickness. Infinite: it never burns.
    burnt
        Share of the thickness left after burning.
    scatter
        Standard deviation of ln(critical) among the columns.
    """

    critical: float
    capacity: float
    wire: float = 2.0
    columns: int = 1
    retraction: float = 0.3
    threshold: float = 0.9
    closing_time: float = 5.0
    fuse: float = float("inf")
    burnt: float = 0.6
    scatter: float = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Flicker:
    """A leak that comes and goes at random in one column: a telegraph process.

    Attributes
    ----------
    conductance
        S, the median of the leak while it is on.
    on_time, off_time
        Mean durations, s.
    scatter
        Standard deviation of ln(conductance) from one episode to the next.
    begins
        s before which it does not happen.
    """

    conductance: float
    on_time: float
    off_time: float
    scatter: float = 0.3
    begins: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowLeak:
    """Electronic conduction that grows through the electrolyte and saturates.

    Attributes
    ----------
    conductance
        S in the end.
    begins, growth_time
        s; the leak is ``conductance (1 - exp(-(t - begins) / growth_time))``.
    columns
        How many columns share it.
    """

    conductance: float
    begins: float
    growth_time: float
    columns: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Interphase:
    """A resistive layer that grows with time: ``resistance (t / time)^exponent``.

    Attributes
    ----------
    resistance
        ohm m2 reached at ``time``.
    time
        s.
    exponent
        0.5: limited by diffusion through the layer; 1: by a reaction.
    """

    resistance: float
    time: float
    exponent: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Climate:
    """Temperature of the cell: one step, and a daily swing.

    Attributes
    ----------
    step_time, step
        s and K.
    swing
        Amplitude over 24 h, K.
    activation_energy
        J mol-1 of all resistances (default 30 kJ mol-1, 0.31 eV, assumed: a fast ceramic conductor).
    """

    step_time: float = 0.0
    step: float = 0.0
    swing: float = 0.0
    activation_energy: float = 3e4


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Metal of a thin working electrode.

    Attributes
    ----------
    charge
        C m-2 that can be stripped at the start.
    cover
        Share of it that must be left to cover the whole interface; below, the covered area falls in proportion.
    efficiency
        Share of the plated charge that can be stripped again, 0 to 1.
    """

    charge: float
    cover: float = 0.05
    efficiency: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakyPhysics:
    """All that a leaky cell does; a mechanism that is ``None`` is absent.

    Attributes
    ----------
    columns
        Parallel columns of equal area.
    scatter
        Standard deviation of ln(resistance) of the columns' electrolyte: grain boundaries and pores.
    electrolyte_resistance
        ohm m2.
    conductivity
        S m-1 of the electrolyte at the contact spots, for their constriction.
    spreading
        ohm m2, lateral resistance between each column and the terminals.
    working, counter
        The interfaces.
    rest_potential, rest_slope, rest_ceiling
        V, V m2 C-1 and V: open circuit of the working electrode against the counter electrode, linear in the charge
        that was stripped from a column, up to a ceiling (an alloy on its way to a plateau). 0 for two equal electrodes.
    voids, filament, flicker, slow_leak, interphase, climate, inventory
        The mechanisms.
    """

    columns: int = 12
    scatter: float = 0.15
    electrolyte_resistance: float = ELECTROLYTE_RESISTANCE.value
    conductivity: float = 0.1
    spreading: float = 1e-5
    working: Interface = Interface()
    counter: Interface = Interface()
    rest_potential: float = 0.0
    rest_slope: float = 0.0
    rest_ceiling: float = float("inf")
    voids: Voids | None = None
    filament: Filament | None = None
    flicker: Flicker | None = None
    slow_leak: SlowLeak | None = None
    interphase: Interphase | None = None
    climate: Climate | None = None
    inventory: Inventory | None = None

    def __post_init__(self) -> None:
        """Refuse what describes no cell.

        Raises
        ------
        PhysicsError
            For no columns, a resistance that is not positive, or more leaking columns than there are.
        """
        if self.columns < 1 or self.electrolyte_resistance <= 0 or self.conductivity <= 0:
            raise PhysicsError(
                "a cell needs columns and an electrolyte with a positive resistance and conductivity",
                found=f"{self.columns} columns, {self.electrolyte_resistance:g} ohm m2, {self.conductivity:g} S m-1",
            )
        for leak in (self.filament, self.slow_leak):
            if leak is not None and not 1 <= leak.columns <= self.columns:
                raise PhysicsError(
                    "a leak lies in some of the columns", found=f"{leak.columns} leaking of {self.columns} columns"
                )

    @property
    def resistance(self) -> float:
        """Resistance of the sound cell at small current and long times, without the scatter, ohm m2."""
        sides = (self.working, self.counter)
        return self.electrolyte_resistance + sum(side.resistance + side.diffusion_resistance for side in sides)
