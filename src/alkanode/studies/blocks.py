"""The blocks of a study: what can be computed, and with which settings."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from alkanode.studies.block import (
    Block,
    FrequencyText,
    LengthText,
    PotentialText,
    RampRateText,
    ResistanceText,
    ResistivityText,
    TemperatureText,
    TimeText,
    VoltageText,
    positive,
)
from alkanode.studies.comparison.settings import CellModel
from alkanode.studies.tomography.settings import Tomography


class Phases(Block):
    """Phase diagram, stripping path and potential of the anode's alloy."""

    lowest_temperature: TemperatureText | None = Field(
        None, description="Lower end of the phase diagram; default below its lowest invariant point"
    )
    highest_temperature: TemperatureText | None = Field(
        None, description="Upper end of the phase diagram; default above its highest invariant point"
    )
    alloys: list[str] = Field([], description="Further alloys whose paths are drawn beside that of the anode")


class Section(Block):
    """Isothermal section of Li, Na and K at the cell's temperature, with the phases of alloys; off unless named."""

    temperature: TemperatureText | None = Field(None, description="Default that of the cell")
    alloys: list[str] = Field([], description="Further alloys whose phases are told, beside that of the anode")
    suspend: list[str] = Field([], description="Phases kept out of equilibrium")


class Potentials(Block):
    """Potentials of every metal of the anode's alloy, in an electrolyte where one is named; off unless named."""

    electrolyte: str | None = Field(None, description="Electrolyte with standard potentials, for example 'water'")
    reference: Literal["Na", "K", "Li", "SHE"] | None = Field(
        None, description="Zero of the potentials; default as the electrolyte knows"
    )
    ion_activities: dict[str, Annotated[float, Field(gt=0)]] = Field(
        {}, description="Activity by ion, for example {'K+': 0.001}; 1 where not named"
    )
    suspend: list[str] = Field([], description="Phases kept out of equilibrium")


class LeverRule(Block):
    """Phases of both electrodes of a symmetric cell after a charge has moved between them; off unless named."""

    areal_capacity: Annotated[str, positive("areal_capacity")] | None = Field(
        None, description="Charge that moved; default the largest half cycle of the files"
    )
    volume: Annotated[str, positive("volume")] | None = Field(
        None, description="Of one electrode; default from the mass, else the thickness of the anode"
    )
    suspend: list[str] = Field([], description="Phases kept out of equilibrium")


class Stripping(Block):
    """Critical stripping capacity."""

    cutoffs: list[VoltageText] = Field(["0.5 V", "1 V", "2 V"], min_length=1, description="Voltages that end the test")
    half_cycle: int | None = Field(None, ge=0, description="Half cycle to reduce; default the one with the most charge")
    series_resistance: ResistanceText | None = Field(
        None, description="Resistance taken off the voltage before the cut-off"
    )


class Failures(Block):
    """Hard shorts and contact loss."""

    electrolyte_resistance: ResistanceText | None = Field(
        None, description="Where the cell's electrolyte does not give it"
    )


class Cycling(Block):
    """Long cycling: overpotential of every half cycle and its growth."""

    series_resistance: ResistanceText | None = Field(
        None, description="Resistance taken off the voltage; default that of the cell's electrolyte"
    )


class Profile(Block):
    """Shape of each half cycle: nucleation spike, plateaus, ramp, arch."""

    spike_share: float = Field(0.05, ge=0, lt=0.5, description="Share of the charge in which a spike is looked for")
    interfaces: int = Field(1, ge=1, description="Equal interfaces that share the voltage; 2 halves it")
    with_sweeps: bool = Field(False, description="Whether rows of sweeps under current control count")


class Staircase(Block):
    """Levels of a current staircase, the rests after them, and the current at which the electrode fails."""

    steady_rate: RampRateText = Field("1 mV min-1", description="Drift at the end of a level below which it is steady")
    least_levels: int = Field(3, ge=3, description="Levels that must rise one after the other")


class Impedance(Block):
    """Checks, Kramers-Kronig test, distribution of relaxation times and map."""

    regularisation: Annotated[float, Field(gt=0)] | Literal["gcv", "l-curve", "re-im"] = Field(
        1e-3, description="lambda of the distribution of relaxation times, or how to choose it"
    )
    penalty_order: Annotated[int, Field(ge=0, le=2)] = Field(1, description="Derivative that is penalised")
    weights: Literal["unit", "modulus"] | None = Field(
        None, description="Weights of the residuals; default unit, with a blocking tail modulus"
    )
    basis: Literal["tent", "gaussian"] = Field("tent", description="Functions that the distribution is made of")
    blocking: bool = Field(False, description="Fit the tail of blocking electrodes")
    free_sign: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] | None = Field(
        None, description="Relaxation times (s) between which the distribution may be negative (inductive loops)"
    )
    preset: Literal["wu2025"] | None = Field(None, description="Published recipe of the distribution")
    posterior: bool = Field(False, description="95 % bands and intervals from a posterior, which has no lambda")
    frequency_range: tuple[FrequencyText, FrequencyText] | None = Field(
        None, description="Lowest and highest frequency to keep; default all but spoiled points at the top"
    )
    drift_limit: float = Field(1.0, gt=0, description="DC drift over AC amplitude beyond which a sweep is masked")
    joint: bool = Field(True, description="Whether the map shows the series inverted together, smooth along the run")
    time_smoothing: Annotated[float, Field(ge=0)] | Literal["auto"] = Field(
        "auto", description="mu of the joint inversion; auto predicts left-out spectra best"
    )
    against: Literal["charge", "time", "current", "current_density", "voltage", "spectrum"] | None = Field(
        None, description="What the map runs against; default charge where it moves, else time"
    )

    @model_validator(mode="after")
    def _posterior_is_of_relaxations(self) -> Self:
        names = ("regularisation", "penalty_order", "weights", "basis", "blocking", "free_sign", "preset")
        given = [name for name in names if getattr(self, name) != type(self).model_fields[name].default]
        if self.posterior and given:
            raise ValueError(f"a posterior knows no {', '.join(given)}; leave that out, or posterior")
        return self


class Interface(Block):
    """Contact of the interface: rivals for the peaks, constriction by voids, area in contact; off unless named."""

    interfaces: int = Field(1, ge=1, description="Equal interfaces that a peak holds; 2 for a symmetric cell")
    decisive: float = Field(10.0, gt=1, description="Odds over the next rival from which on a process is named")
    seen_without_coating: bool | None = Field(None, description="Whether a cell without coating shows the same peak")
    ranges: dict[str, dict[str, tuple[float, float]]] = Field(
        default_factory=dict, description="Rival -> parameter -> 95 % range in SI, instead of the assumed one"
    )
    resistivity: ResistivityText | None = Field(None, description="Of the electrolyte; default from the cell")
    spacing: LengthText | None = Field(None, description="Half the distance between contact spots, from tomography")
    void_depth: LengthText | None = Field(None, description="Depth of the voids; default 1 um")
    circuit: str | None = Field(None, description="Circuit whose parameters give the area in contact")
    charge_transfer: str | None = Field(None, description="Its charge-transfer resistance, for example R2")
    double_layer: str | None = Field(None, description="Its double layer, for example CPE2")
    constriction: str | None = Field(None, description="Its constriction resistance")
    reference_spectrum: int | None = Field(None, ge=0, description="Spectrum in which all of the area is in contact")
    reference_state: str | None = Field(None, description="That state in words")


class Circuit(Block):
    """A circuit fitted to every spectrum: a named preset, a circuit, or as many arcs as the evidence supports."""

    circuit: str | None = Field(None, description="Circuit, for example 'L0-R0-p(R1,CPE1)'")
    preset: str | None = Field(None, description="Named circuit, for example 'coated-nasicon'")
    most_arcs: int = Field(4, ge=1, le=6, description="Largest number of arcs where neither is given")
    before: str = Field("L0-R0", description="What stands in series before the arcs")
    after: str = Field("", description="What stands in series after the arcs, for example 'CPE0'")
    starts: int = Field(3, ge=1, description="Sets of starting values per spectrum")
    process: str | list[str] | None = Field(
        None, description="Process (or resistances) whose resistance is followed over the run; 'total' is all of them"
    )
    control: list[str] = Field(
        [], description="Raw files of control cells, one cell per file, whose resistance is taken off; as the files"
    )
    control_circuit: str | None = Field(None, description="Circuit of the control cells; default as the preset says")
    control_preset: str | None = Field(None, description="Named circuit of the control cells")
    control_area: Annotated[str, positive("area")] | None = Field(
        None, description="Area of the control cells; default that of the cell"
    )
    scale_control: bool = Field(False, description="Scale the control to the area of the cell where they differ")
    per_interface: bool = Field(False, description="Half of the resistance: two equal interfaces of a symmetric cell")
    growth: str | None = Field(None, description="Process or resistance whose growth at rest is sought")
    growth_since: Literal["assembly", "current"] = Field(
        "assembly", description="What the time of growth counts from: the assembly of the cell, or the last current"
    )
    began: TimeText | None = Field(
        None, description="Assembly on the clock of the files, for example '-20 min'; default the first spectrum"
    )
    frequency_range: tuple[FrequencyText, FrequencyText] | None = Field(
        None, description="Lowest and highest frequency to keep; default all but spoiled points at the top"
    )
    drift_limit: float = Field(1.0, gt=0, description="DC drift over AC amplitude beyond which a sweep is masked")

    @model_validator(mode="after")
    def _one_circuit(self) -> Self:
        if self.circuit is not None and self.preset is not None:
            raise ValueError("give circuit or preset, not both")
        if self.control_circuit is not None and self.control_preset is not None:
            raise ValueError("give control_circuit or control_preset, not both")
        return self


class Conductivity(Block):
    """Conductivity of an electrolyte between blocking electrodes."""

    thickness: Annotated[str, positive("thickness")] | None = Field(
        None, description="Thickness; default that of the cell's electrolyte"
    )
    thickness_uncertainty: Annotated[str, positive("thickness")] | None = Field(
        None, description="Standard deviation of the thickness"
    )
    area: Annotated[str, positive("area")] | None = Field(None, description="Area; default that of the cell")
    area_uncertainty: Annotated[str, positive("area")] | None = Field(
        None, description="Standard deviation of the area"
    )
    temperatures: list[TemperatureText] | None = Field(
        None, description="One temperature, or one per spectrum; default that of the cell where it is stated"
    )
    frequency_range: tuple[FrequencyText, FrequencyText] | None = Field(
        None, description="Lowest and highest frequency to keep; default all but spoiled points at the top"
    )
    drift_limit: float = Field(1.0, gt=0, description="DC drift over AC amplitude beyond which a sweep is masked")


class Voltammetry(Block):
    """Cyclic voltammetry; without this key it is computed only where the instrument controlled the voltage."""

    window: tuple[PotentialText, PotentialText] | None = Field(None, description="Where the stripping peak is sought")
    series_resistance: ResistanceText | None = Field(None, description="Resistance taken off the voltage first")
    electrolyte_resistance: ResistanceText | None = Field(
        None, description="Where the cell's electrolyte does not give it"
    )
    least_share: float = Field(0.02, gt=0, lt=1, description="Least height of a peak over the largest current")


class CriticalCurrent(Block):
    """Critical current density from a ramp of currents."""

    target: str | None = Field(
        None,
        description="What a half cycle was to reach: '3 mAh cm-2', '1 mAh' or '30 min'; default read off the record",
    )
    voltage_limit: VoltageText | None = Field(None, description="Voltage at which the program ends a half cycle")
    least_levels: int = Field(
        2, ge=1, description="Fewest levels of a ramp; 1 for one that was stopped in its first level"
    )


class FullCell(Block):
    """Cycles of a full or half cell: capacities, efficiencies, fade, rates, dQ/dU, migration of plateaus, N/P ratio."""

    reference: int | None = Field(None, ge=0, description="Cycle that counts as 1; default the first after formation")
    formation: int | None = Field(None, ge=0, description="Cycles of formation; default found by their lower current")
    begins: Literal["auto", "charge", "discharge"] = Field("auto", description="What a cycle begins with")
    criterion: float = Field(0.8, ge=0, lt=1, description="Share of the reference at which life ends; 0 is no capacity")
    width: VoltageText | None = Field(None, description="Window of dQ/dU; default from the noise of the voltage")
    usable: Literal["Na", "K", "both"] | None = Field(None, description="Metal that counts in the N/P ratio")
    cathode_capacity: Annotated[str, positive("cathode_specific_capacity")] | None = Field(
        None, description="Capacity per mass of the cathode, for the N/P ratio"
    )


class Analyses(Block):
    """What to compute; ``null`` leaves a block out, one that does not fit the data is left out with the reason."""

    phases: Phases | None = Phases()
    section: Section | None = None
    potentials: Potentials | None = None
    lever_rule: LeverRule | None = None
    stripping: Stripping | None = Stripping()
    failures: Failures | None = Failures()
    cycling: Cycling | None = Cycling()
    impedance: Impedance | None = Impedance()
    circuit: Circuit | None = None
    conductivity: Conductivity | None = None
    interface: Interface | None = None
    profile: Profile | None = Profile()
    staircase: Staircase | None = Staircase()
    cv: Voltammetry | None = Voltammetry()
    ccd: CriticalCurrent | None = CriticalCurrent()
    full_cell: FullCell | None = FullCell()
    tomography: Tomography | None = None
    model: CellModel | None = None
