"""Leaching of potassium out of an alloy electrode: histories, constants, lives, evidence, where the potassium is."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind

_ROW = ("row",)
_OF_ELECTRODE = ("row", "electrode")
_LIFE = ("law", "alloy")
_CRITERION = ("criterion", "loading")

KINDS = (
    Kind(
        name="leaching_history",
        meaning="A simulated cell whose alloy loses potassium, one row per sample.",
        required={
            "time": _ROW,
            "cycle": _ROW,
            "voltage": _ROW,
            "current": _ROW,
            "sodium_ion_concentration": _ROW,
            "potassium_ion_concentration": _ROW,
            "sodium_amount": _OF_ELECTRODE,
            "potassium_amount": _OF_ELECTRODE,
            "precipitate_amount": _OF_ELECTRODE,
            "layer_thickness": _OF_ELECTRODE,
            "free_surface_share": _OF_ELECTRODE,
        },
        optional={"cathode_potassium_share": _ROW},
        increasing=frozenset({"time"}),
    ),
    Kind(
        name="leaching_constants",
        meaning="Constants of laws of leaching, each set on one cell, with what its facts leave open.",
        required={
            "law": ("law",),
            "constant": ("law", "parameter"),
            "constant_interval": ("law", "parameter", "bound"),
            "accepted_share": ("law",),
            "reason": ("law",),
        },
        text_fields=frozenset({"law", "reason"}),
    ),
    Kind(
        name="leaching_rises",
        meaning="When the resistance of symmetric cells rises, by law of leaching and alloy.",
        required={
            "rise_time": _LIFE,
            "rise_time_interval": (*_LIFE, "bound"),
            "rise_probability": _LIFE,
            "calibrated": ("alloy",),
        },
        flag_fields=frozenset({"calibrated"}),
    ),
    Kind(
        name="leaching_evidence",
        meaning="How well laws of leaching agree with facts that none was set on.",
        required={
            "probability": ("law", "fact"),
            "expected": ("law", "fact"),
            "accepted_share": ("law",),
            "log_evidence": ("law",),
            "statement": ("fact",),
        },
        text_fields=frozenset({"statement"}),
    ),
    Kind(
        name="leaching_lives",
        meaning="Lives of full cells of several loadings, each under several criteria.",
        required={
            "life_time": _CRITERION,
            "life_time_interval": (*_CRITERION, "bound"),
            "cycles": _CRITERION,
            "cycles_interval": (*_CRITERION, "bound"),
            "reached_probability": _CRITERION,
            "ratio": ("criterion",),
            "ratio_interval": ("criterion", "bound"),
            "ratio_of_law": ("criterion",),
            "statement": ("criterion",),
        },
        text_fields=frozenset({"statement"}),
    ),
    Kind(
        name="potassium_balance",
        meaning="Where the potassium of a cell is at one time.",
        required={"place": ("place",), "potassium_amount": ("place",), "share": ("place",)},
        text_fields=frozenset({"place"}),
    ),
)
