"""Virtual instruments: a simulated cell measured into the records that file readers return."""

from alkanode.virtual.contact_loss_cell import Arc, ContactLossCell, ContactLossLaw
from alkanode.virtual.demo import write_demo
from alkanode.virtual.detection.failing_cells import FailingTrace, TrueEvent, draw_traces, true_events
from alkanode.virtual.detection.failing_draws import CAUSES, Plan, draw_plan
from alkanode.virtual.detection.scores import (
    CLASSES,
    CONTRAST_BINS,
    LEAK_BINS,
    SUSPECTED,
    Alarms,
    Finding,
    Flag,
    Judgement,
    Sensitivity,
    Tolerance,
    calibration,
    confusion,
    false_alarms,
    judge,
    sensitivity,
    wilson,
)
from alkanode.virtual.detection.splice import SPLICES, splice_failure
from alkanode.virtual.full_cell import CyclerNoise, CyclerProgram, cycle_full_cell
from alkanode.virtual.full_cell_law import FullCellLaw, Host
from alkanode.virtual.instrument_effects import InstrumentEffects, through_instrument
from alkanode.virtual.island_cell import IslandLaw
from alkanode.virtual.leaky.cell import LeakyCell, LeakyRun, run_leaky_cells
from alkanode.virtual.leaky.physics import (
    Climate,
    Filament,
    Flicker,
    Interface,
    Interphase,
    Inventory,
    LeakyPhysics,
    SlowLeak,
    Voids,
)
from alkanode.virtual.leaky.ramp import current_ramp, shorting_ramp
from alkanode.virtual.potentiostat import Noise, Potentiostat, Sweeps
from alkanode.virtual.simulated_cell import (
    ModelDemo,
    PotentiostatSettings,
    Sampling,
    VolumeSettings,
    anode_volume,
    measure_history,
    write_measured,
    write_model_demo,
)
from alkanode.virtual.stated_cell import ImpedanceBench, State, StatedArc, StatedCell
from alkanode.virtual.synthetic_spectra import Process, SpectraTruth, synthetic_spectra
from alkanode.virtual.tomograph.demo import write_tomography_demo
from alkanode.virtual.voltammeter import SweepNoise, SweepProgram, island_voltammogram

__all__ = [
    "CAUSES",
    "CLASSES",
    "CONTRAST_BINS",
    "LEAK_BINS",
    "SPLICES",
    "SUSPECTED",
    "Alarms",
    "Arc",
    "Climate",
    "ContactLossCell",
    "ContactLossLaw",
    "CyclerNoise",
    "CyclerProgram",
    "FailingTrace",
    "Filament",
    "Finding",
    "Flag",
    "Flicker",
    "FullCellLaw",
    "Host",
    "ImpedanceBench",
    "InstrumentEffects",
    "Interface",
    "Interphase",
    "Inventory",
    "IslandLaw",
    "Judgement",
    "LeakyCell",
    "LeakyPhysics",
    "LeakyRun",
    "ModelDemo",
    "Noise",
    "Plan",
    "Potentiostat",
    "PotentiostatSettings",
    "Process",
    "Sampling",
    "Sensitivity",
    "SlowLeak",
    "SpectraTruth",
    "State",
    "StatedArc",
    "StatedCell",
    "SweepNoise",
    "SweepProgram",
    "Sweeps",
    "Tolerance",
    "TrueEvent",
    "Voids",
    "VolumeSettings",
    "anode_volume",
    "calibration",
    "confusion",
    "current_ramp",
    "cycle_full_cell",
    "draw_plan",
    "draw_traces",
    "false_alarms",
    "island_voltammogram",
    "judge",
    "measure_history",
    "run_leaky_cells",
    "sensitivity",
    "shorting_ramp",
    "splice_failure",
    "synthetic_spectra",
    "through_instrument",
    "true_events",
    "wilson",
    "write_demo",
    "write_measured",
    "write_model_demo",
    "write_tomography_demo",
]
