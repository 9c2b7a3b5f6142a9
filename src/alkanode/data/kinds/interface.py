"""Results on the contact of an interface: constriction, active area, rival processes."""

from __future__ import annotations

from alkanode.data.kinds.kind import Kind
from alkanode.data.kinds.spectrum_coordinates import OF_ROW, OF_SPECTRUM, SPECTRUM_FLAGS, SPECTRUM_TEXTS

_ROW = ("row",)
_SPECTRUM = ("spectrum",)
_POINT = ("spectrum", "point")
_ROUTE = ("spectrum", "route")
_PAIR = ("spectrum", "pair")
_RIVAL = ("row", "rival")

KINDS = (
    Kind(
        name="constriction",
        meaning="Computed impedance of an interface that touches in spots, one spectrum per unit cell.",
        required={
            "area_fraction": _SPECTRUM,
            "resistivity": _SPECTRUM,
            "contact_spacing": _SPECTRUM,
            "void_depth": _SPECTRUM,
            "frequency": _POINT,
            "area_specific_impedance": _POINT,
            "constriction_impedance": _POINT,
            "constriction_resistance": _SPECTRUM,
            "constriction_formula": _SPECTRUM,
            "relaxation_time": _SPECTRUM,
            "areal_capacitance": _SPECTRUM,
            "contact_ratio": _SPECTRUM,
        },
        complex_fields=frozenset({"area_specific_impedance", "constriction_impedance"}),
    ),
    Kind(
        name="active_area",
        meaning="Area fraction in contact from up to three routes, and whether the routes agree.",
        required={
            "area_fraction": _SPECTRUM,
            "area_fraction_low": _SPECTRUM,
            "area_fraction_high": _SPECTRUM,
            "route_area_fraction": _ROUTE,
            "route_low": _ROUTE,
            "route_high": _ROUTE,
            "tension": _PAIR,
            "log_bayes_factor": _SPECTRUM,
            "agree": _SPECTRUM,
        },
        optional=OF_SPECTRUM,
        text_fields=SPECTRUM_TEXTS,
        flag_fields=SPECTRUM_FLAGS | {"agree"},
    ),
    Kind(
        name="process_assignments",
        meaning="Rival processes for peaks, compared on resistance, capacitance and relaxation time together.",
        required={
            "spectrum_index": _ROW,
            "relaxation_time": _ROW,
            "resistance": _ROW,
            "capacitance": _ROW,
            "area_specific_resistance": _ROW,
            "areal_capacitance": _ROW,
            "in_window": _ROW,
            "capacitance_class": _ROW,
            "log_evidence": _RIVAL,
            "probability": _RIVAL,
            "process": _ROW,
            "odds": _ROW,
            "sentence": _ROW,
        },
        optional={
            **OF_ROW,
            "rival_log_mean": ("rival", "of"),
            "rival_log_covariance": ("rival", "of", "with"),
            "track": _ROW,
            "slope": _ROW,
        },
        text_fields=frozenset({"capacitance_class", "process", "sentence"}),
        flag_fields=SPECTRUM_FLAGS | {"in_window"},
    ),
    Kind(
        name="shape_comparison",
        meaning="Shapes of one arc of a spectrum, compared by evidence.",
        required={
            "bic": ("spectrum", "shape"),
            "probability": ("spectrum", "shape"),
            "shape_resistance": ("spectrum", "shape"),
            "shape_time": ("spectrum", "shape"),
            "relative_noise": ("spectrum", "shape"),
            "best_shape": _SPECTRUM,
        },
        optional=OF_SPECTRUM,
        text_fields=SPECTRUM_TEXTS | {"best_shape"},
        flag_fields=SPECTRUM_FLAGS,
    ),
)
