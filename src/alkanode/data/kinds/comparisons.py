"""A model beside a measurement, number by number, and experiments that tell variants of a model apart."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_NUMBER = ("number",)
_PAIR = ("experiment", "pair")
_CANDIDATE = ("candidate",)

KINDS = (
    Kind(
        name="comparison",
        meaning="Numbers that one analysis reads off a prediction and off a measurement, in SI.",
        required={
            "name": _NUMBER,
            "measured": _NUMBER,
            "measured_lower": _NUMBER,
            "measured_upper": _NUMBER,
            "predicted": _NUMBER,
            "predicted_lower": _NUMBER,
            "predicted_upper": _NUMBER,
            "standardised_residual": _NUMBER,
            "status": _NUMBER,
            "status_reason": _NUMBER,
            "quantity": _NUMBER,
            "unit": _NUMBER,
        },
        text_fields=frozenset({"name", "status", "status_reason", "quantity", "unit"}),
    ),
    Kind(
        name="parameter_influence",
        meaning="What a number of a model becomes at both ends of the interval of each of its parameters.",
        required={
            "parameter": ("parameter",),
            "name": _NUMBER,
            "lower": ("parameter",),
            "upper": ("parameter",),
            "at_lower": ("parameter", "number"),
            "at_upper": ("parameter", "number"),
        },
        text_fields=frozenset({"parameter", "name"}),
    ),
    Kind(
        name="next_experiment",
        meaning="How far apart the variants of a model lie in each experiment, in standard errors of its measurement.",
        required={
            "experiment": ("experiment",),
            "first_variant": ("pair",),
            "second_variant": ("pair",),
            "separation": _PAIR,
            "smallest_separation": ("experiment",),
        },
        optional={"median_separation": ("experiment",)},
        text_fields=frozenset({"experiment", "first_variant", "second_variant"}),
    ),
    Kind(
        name="design",
        meaning="Cells that a search tried, what each gives under the limits, and which none of the others beats.",
        required={
            "alloy": _CANDIDATE,
            "alloy_volume": _CANDIDATE,
            "temperature": _CANDIDATE,
            "stack_pressure": _CANDIDATE,
            "current_density": _CANDIDATE,
            "strip_time": _CANDIDATE,
            "rest_time": _CANDIDATE,
            "areal_capacity": _CANDIDATE,
            "areal_capacity_lower": _CANDIDATE,
            "areal_capacity_upper": _CANDIDATE,
            "specific_capacity": _CANDIDATE,
            "duration": _CANDIDATE,
            "pareto": _CANDIDATE,
            "reason": _CANDIDATE,
        },
        text_fields=frozenset({"alloy", "reason"}),
        flag_fields=frozenset({"pareto"}),
    ),
)
