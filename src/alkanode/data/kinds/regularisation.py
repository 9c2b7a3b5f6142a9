"""How the regularisation of relaxation times was chosen."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind
from alkanode.data.kinds.spectrum_coordinates import OF_SPECTRUM, SPECTRUM_FLAGS, SPECTRUM_TEXTS

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
        optional=OF_SPECTRUM,
        text_fields=SPECTRUM_TEXTS,
        flag_fields=SPECTRUM_FLAGS,
        increasing=frozenset({"candidate_regularisation"}),
    ),
)
