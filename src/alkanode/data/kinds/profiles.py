"""Shapes of half cycles."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

KINDS = (
    Kind(
        name="profile_shape",
        meaning="Shape of the voltage trace of each half cycle: nucleation spike, plateaus, ramp, arch.",
        required={
            "shape": ("half_cycle",),
            "reason": ("half_cycle",),
            "chosen_model": ("half_cycle",),
            "eta_1": ("half_cycle",),
            "eta_2": ("half_cycle",),
            "slope": ("half_cycle",),
            "transition_charge": ("half_cycle",),
            "vertex_charge": ("half_cycle",),
            "spike": ("half_cycle",),
            "spike_seen": ("half_cycle",),
            "spike_coarse": ("half_cycle",),
            "residual_rms": ("half_cycle",),
            "direction": ("half_cycle",),
            "first": ("half_cycle",),
        },
        text_fields=frozenset({"shape", "reason", "chosen_model", "direction"}),
        flag_fields=frozenset({"spike_seen", "spike_coarse", "first"}),
    ),
)
