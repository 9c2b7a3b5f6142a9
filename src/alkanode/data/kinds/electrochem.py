"""Results of cycling."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

KINDS = (
    Kind(
        name="critical_stripping",
        meaning="Charge that was stripped when the voltage passed a cut-off for good, per cut-off.",
        required={
            "cutoff": ("cutoff",),
            "reached": ("cutoff",),
            "time": ("cutoff",),
            "charge": ("cutoff",),
            "areal_capacity": ("cutoff",),
            "specific_capacity": ("cutoff",),
            "share_of_theory": ("cutoff",),
            "share_of_liquidus": ("cutoff",),
        },
        flag_fields=frozenset({"reached"}),
    ),
    Kind(
        name="failures",
        meaning="Failures found in a record, with the evidence for each.",
        required={
            "failure": ("event",),
            "confirmed": ("event",),
            "time": ("event",),
            "row": ("event",),
            "charge": ("event",),
            "evidence": ("event",),
            "would_confirm": ("event",),
            "rivals": ("event",),
        },
        text_fields=frozenset({"failure", "evidence", "would_confirm", "rivals"}),
        flag_fields=frozenset({"confirmed"}),
    ),
)
