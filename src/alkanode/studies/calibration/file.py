"""A calibration as a YAML file: data, what is fitted, and what is held out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from alkanode.data.cell_table import open_cell
from alkanode.data.mapping import load_yaml
from alkanode.foundation.errors import StudyError
from alkanode.foundation.runtime import Progress
from alkanode.studies.calibration.calibrate import SAMPLES, calibrate
from alkanode.studies.calibration.data import Datum
from alkanode.studies.calibration.priors import LogNormal, LogUniform, Normal, Prior, Uniform

_PRIORS: Mapping[str, type[Uniform] | type[LogUniform] | type[Normal] | type[LogNormal]] = {
    "uniform": Uniform,
    "log uniform": LogUniform,
    "normal": Normal,
    "log normal": LogNormal,
}
_KNOWN = {"model", "parameters", "fit", "data", "held_out", "samples", "seed"}
_DATUM = {"cell", "alloy", "protocol", "observable", "value", "standard_error", "logarithmic", "name"}


def calibrate_file(path: str | Path, *, samples: int | None = None, progress: Progress | None = None) -> xr.DataTree:
    """Calibrate as a file says.

    Parameters
    ----------
    path
        YAML with ``fit`` (name of a parameter -> ``{prior: log uniform, between: [1e-14, 1e-10]}``; priors: ``uniform``,
        ``log uniform``, ``normal``, ``log normal``), ``data`` and ``held_out`` (lists of ``alloy`` or ``cell``, a cell file beside this one;
        ``protocol``, ``observable``, ``value``, ``standard_error``, ``logarithmic``, ``name``), ``parameters``, ``samples``, ``seed``.
    samples
        Instead of what the file says.
    progress
        Told of the steps of the sampler.

    Raises
    ------
    StudyError
        For what is missing or unknown, and as :func:`~alkanode.studies.calibration.calibrate`.
    """
    place = Path(path)
    content = load_yaml(str(place))
    if not isinstance(content, dict):
        raise StudyError(f"{place.name} holds a mapping", found=type(content).__name__)
    _refuse(content, _KNOWN, {"fit", "data"}, place.name)
    fit = content["fit"]
    if not isinstance(fit, dict):
        raise StudyError("'fit' maps names of parameters to priors", found=type(fit).__name__)
    return calibrate(
        content.get("model", "alloy-anode"),
        _data(content["data"], place.parent),
        {str(name): _prior(str(name), one) for name, one in fit.items()},
        parameters=content.get("parameters", "Wu2025"),
        held_out=_data(content.get("held_out", []), place.parent),
        samples=int(content.get("samples", SAMPLES)) if samples is None else samples,
        seed=int(content.get("seed", 0)),
        progress=progress,
    )


def _prior(name: str, given: Any) -> Prior:
    if not isinstance(given, dict) or set(given) not in ({"prior", "between"}, {"prior", "of"}):
        raise StudyError(
            f"the prior of {name!r} has a shape and two numbers",
            found=repr(given),
            todo="For example {prior: log uniform, between: [1e-14, 1e-10]} or {prior: normal, of: [0, 3]}",
        )
    numbers = given.get("between", given.get("of"))
    shape = str(given["prior"]).replace("-", " ")
    if shape not in _PRIORS or not isinstance(numbers, list) or len(numbers) != 2:
        raise StudyError(f"a prior is one of {', '.join(_PRIORS)} with two numbers", found=repr(given))
    try:
        return _PRIORS[shape](float(numbers[0]), float(numbers[1]))
    except (TypeError, ValueError) as problem:
        raise StudyError(f"the prior of {name!r} has two numbers", found=repr(numbers)) from problem


def _data(given: Any, folder: Path) -> list[Datum]:
    if not isinstance(given, list):
        raise StudyError("data are a list", found=type(given).__name__)
    found = []
    for number, one in enumerate(given, start=1):
        where = f"datum {number}"
        if not isinstance(one, dict):
            raise StudyError(f"{where} is a mapping", found=type(one).__name__)
        _refuse(one, _DATUM, {"observable", "value", "standard_error"}, where)
        if ("cell" in one) == ("alloy" in one):
            raise StudyError(f"{where} names either an alloy or a cell file", found=", ".join(map(str, one)))
        protocol = one.get("protocol", [])
        found.append(
            Datum(
                cell=open_cell(folder / one["cell"]) if "cell" in one else str(one["alloy"]),
                protocol=[protocol] if isinstance(protocol, str) else protocol,
                observable=str(one["observable"]),
                value=one["value"],
                standard_error=one["standard_error"],
                logarithmic=bool(one.get("logarithmic", False)),
                name=str(one.get("name", "")),
            )
        )
    return found


def _refuse(given: Mapping[Any, Any], known: set[str], needed: set[str], where: str) -> None:
    unknown, missing = set(map(str, given)) - known, needed - set(map(str, given))
    if unknown or missing:
        raise StudyError(
            f"{where} holds {', '.join(sorted(needed))} and may hold {', '.join(sorted(known - needed))}",
            found=", ".join(sorted(unknown)) or f"no {', '.join(sorted(missing))}",
        )
