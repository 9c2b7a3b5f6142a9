"""Results of many stripping tests together."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_TEST = ("test",)
_ENDS = ("test", "bound")
_READ = ("test", "cutoff")
_READ_ENDS = ("test", "cutoff", "bound")
_BAND = ("band",)

KINDS = (
    Kind(
        name="stripping_series",
        meaning="Critical stripping capacities of many tests, each with its current, pressure, alloy and phase limits.",
        required={
            "test": _TEST,
            "cutoff": ("cutoff",),
            "alloy": _TEST,
            "origin": _TEST,
            "protocol": _TEST,
            "area_basis": _TEST,
            "current_density": _TEST,
            "current_density_interval": _ENDS,
            "stack_pressure": _TEST,
            "temperature": _TEST,
            "temperature_uncertainty": _TEST,
            "metal_mass_fraction": _TEST,
            "kc8_extent": _TEST,
            "potassium_in_carbon": _TEST,
            "theoretical_capacity": _TEST,
            "capacity_to_liquidus": _TEST,
            "capacity_to_liquidus_interval": _ENDS,
            "capacity_to_liquidus_by_kc8": _ENDS,
            "capacity_to_last_liquid": _TEST,
            "censoring": _READ,
            "specific_capacity": _READ,
            "specific_capacity_interval": _READ_ENDS,
            "areal_capacity": _READ,
            "areal_capacity_interval": _READ_ENDS,
            "share_of_theory": _READ,
            "share_of_theory_interval": _READ_ENDS,
            "share_of_liquidus": _READ,
            "share_of_liquidus_interval": _READ_ENDS,
            "region": _READ,
        },
        text_fields=frozenset({"test", "alloy", "origin", "protocol", "area_basis", "censoring", "region"}),
    ),
    Kind(
        name="stripping_groups",
        meaning="Critical stripping capacities of replicate tests: same alloy, current, pressure and protocol.",
        required={
            "group": ("group",),
            "alloy": ("group",),
            "current_density": ("group",),
            "stack_pressure": ("group",),
            "count": ("group",),
            "count_censored": ("group",),
            "mean": ("group",),
            "mean_interval": ("group", "bound"),
            "standard_deviation": ("group",),
            "median": ("group",),
            "reason": ("group",),
            "member": _TEST,
        },
        text_fields=frozenset({"group", "alloy", "reason"}),
    ),
    Kind(
        name="stripping_law",
        meaning="Critical stripping capacity against current density or pressure, with the laws that it may follow.",
        required={
            "test": _TEST,
            "axis_value": _TEST,
            "capacity": _TEST,
            "censored": _TEST,
            "model": ("model",),
            "usable": ("model",),
            "refused": ("model",),
            "parameters": ("model",),
            "log_likelihood": ("model",),
            "criterion": ("model",),
            "axis_point": ("point",),
            "fitted_capacity": ("model", "point"),
            "fitted_interval": ("model", "point", "bound"),
        },
        text_fields=frozenset({"test", "model", "refused"}),
        flag_fields=frozenset({"censored", "usable"}),
    ),
    Kind(
        name="stripping_null_laws",
        meaning="How well laws without transport predict critical stripping capacities of several alloys.",
        required={
            "law": ("law",),
            "meaning": ("law",),
            "parameters": ("law",),
            "factor": ("law",),
            "scatter": ("law",),
            "log_likelihood": ("law",),
            "log_likelihood_interval": ("law", "bound"),
            "criterion": ("law",),
            "prediction_error": ("law",),
            "test": _TEST,
            "prediction": ("law", "test"),
        },
        text_fields=frozenset({"law", "meaning", "test"}),
    ),
    Kind(
        name="capacity_bands",
        meaning="Phase regions along the charge axis of an alloy, with borders that move with temperature.",
        required={
            "region": _BAND,
            "phases": _BAND,
            "lower": _BAND,
            "upper": _BAND,
            "lower_interval": ("band", "bound"),
            "upper_interval": ("band", "bound"),
        },
        text_fields=frozenset({"region", "phases"}),
    ),
)
