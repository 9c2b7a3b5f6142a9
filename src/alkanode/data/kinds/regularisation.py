"""How the regularisation of relaxation times was chosen."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_CANDIDATE = ("candidate",)
_SPECTRUM = ("spectrum",)

KINDS = (
    Kind(
        name="regularisation_curve",
        meaning="A criterion for the regularisation of relaxation times over its candidates, pooled and per spectrum.",
        required={
            "candidate_regularisation": _CANDIDATE,
            "smoothing_criterion": _CANDIDATE,
            "log_misfit": _CANDIDATE,
            "log_roughness": _CANDIDATE,
            "spectrum_criterion": ("spectrum", "candidate"),
            "chosen_regularisation": _SPECTRUM,
        },
        optional={
            "time": _SPECTRUM,
            "charge": _SPECTRUM,
            "step": _SPECTRUM,
            "cycle": _SPECTRUM,
            "source_index": _SPECTRUM,
            "masked": _SPECTRUM,
            "mask_reason": _SPECTRUM,
        },
        text_fields=frozenset({"mask_reason"}),
        flag_fields=frozenset({"masked"}),
        increasing=frozenset({"candidate_regularisation"}),
    ),
)
