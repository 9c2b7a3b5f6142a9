"""From counts to line integrals: flat field, zingers, stripes, phase."""

from __future__ import annotations

from alkanode.tomography.corrections.frames import FramePlan, frame_plan
from alkanode.tomography.corrections.line_integrals import correct_rows, halo_rows, line_integrals
from alkanode.tomography.corrections.options import Corrections, PhaseStep, StripeMethod, Stripes, Zingers
from alkanode.tomography.corrections.phase import PhaseFilter, phase_filter
from alkanode.tomography.corrections.repairs import Repairs
from alkanode.tomography.corrections.stripes import remove_stripes
from alkanode.tomography.corrections.zingers import count_noise

__all__ = [
    "Corrections",
    "FramePlan",
    "PhaseFilter",
    "PhaseStep",
    "Repairs",
    "StripeMethod",
    "Stripes",
    "Zingers",
    "correct_rows",
    "count_noise",
    "frame_plan",
    "halo_rows",
    "line_integrals",
    "phase_filter",
    "remove_stripes",
]
