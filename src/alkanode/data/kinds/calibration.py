"""Calibrations of models: draws, profiles, predictions, what they rest on; and printed figures beside models."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_FIGURE = ("figure",)
_PARAMETER = ("parameter",)
_SAMPLE = ("sample", "parameter")
_DATUM = ("datum",)
_VARIANT = ("variant",)
_CONFOUNDER = ("confounder",)

_FIGURE_TEXT = ("paper", "place", "quantity", "printed", "unit", "status", "verdict", "reason", "model_text")

KINDS = (
    Kind(
        name="posterior",
        meaning="Draws of fitted parameters from their posterior.",
        required={
            "parameter": _PARAMETER,
            "value": _SAMPLE,
            "log_posterior": ("sample",),
            "best": _PARAMETER,
            "interval": ("parameter", "bound"),
            "autocorrelation_time": _PARAMETER,
            "effective_samples": _PARAMETER,
            "split_r_hat": _PARAMETER,
            "prior_share": _PARAMETER,
            "unit": _PARAMETER,
            "prior": _PARAMETER,
        },
        optional={
            "chain": ("sample",),
            "correlation": ("parameter", "other_parameter"),
            "honest_interval": ("parameter", "bound"),
        },
        text_fields=frozenset({"parameter", "unit", "prior"}),
    ),
    Kind(
        name="profile",
        meaning="Likelihood of each fitted parameter with all others at their best.",
        required={
            "parameter": _PARAMETER,
            "value": ("parameter", "point"),
            "deviance": ("parameter", "point"),
            "interval": ("parameter", "bound"),
            "closed": ("parameter", "bound"),
        },
        text_fields=frozenset({"parameter"}),
        flag_fields=frozenset({"closed"}),
    ),
    Kind(
        name="predictive",
        meaning="Data beside what the calibrated model gives for them, in units of uncertainty.",
        required={
            "datum": _DATUM,
            "observable": _DATUM,
            "measured": _DATUM,
            "standard_error": _DATUM,
            "best": _DATUM,
            "median": _DATUM,
            "interval": ("datum", "bound"),
            "standardised_residual": _DATUM,
            "role": _DATUM,
        },
        text_fields=frozenset({"datum", "observable", "role"}),
    ),
    Kind(
        name="confounding",
        meaning="How far fitted parameters move when a number that was not fitted lies at an end of its interval.",
        required={
            "confounder": _CONFOUNDER,
            "end": ("confounder", "bound"),
            "factor": ("confounder", "bound", "parameter"),
        },
        text_fields=frozenset({"confounder"}),
    ),
    Kind(
        name="model_evidence",
        meaning="Variants of a model or law on the same data: fit, number of tuned numbers, criteria.",
        required={
            "variant": _VARIANT,
            "tuned": _VARIANT,
            "data": _VARIANT,
            "log_likelihood": _VARIANT,
            "bic": _VARIANT,
            "log_evidence": _VARIANT,
            "mean_error": _VARIANT,
            "largest_error": _VARIANT,
        },
        optional={"tuned_names": _VARIANT, "remark": _VARIANT},
        text_fields=frozenset({"variant", "tuned_names", "remark"}),
    ),
    Kind(
        name="held_out",
        meaning="Data predicted by a fit to the others.",
        required={
            "datum": _DATUM,
            "measured": _DATUM,
            "predicted": _DATUM,
            "relative_error": _DATUM,
            "baseline": _DATUM,
            "baseline_error": _DATUM,
            "fitted_value": _DATUM,
        },
        text_fields=frozenset({"datum"}),
    ),
    Kind(
        name="published_model",
        meaning="Printed figures of papers beside cell models: fitted told apart from predicted, failures included.",
        required={
            "figure": _FIGURE,
            "published": _FIGURE,
            "model": _FIGURE,
            "interval": ("figure", "bound"),
            "baseline": _FIGURE,
            "tolerance": _FIGURE,
            "built_in": _FIGURE,
            **dict.fromkeys(_FIGURE_TEXT, _FIGURE),
        },
        text_fields=frozenset({"figure", *_FIGURE_TEXT}),
        flag_fields=frozenset({"built_in"}),
    ),
)
