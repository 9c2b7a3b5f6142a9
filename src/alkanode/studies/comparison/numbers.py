"""Numbers that the ordinary analyses read off a history, measured or simulated: one function for both."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from alkanode.data.cell import Cell
from alkanode.electrochem import find_failures
from alkanode.foundation.errors import AlkanodeError, DataQualityWarning, StudyError
from alkanode.foundation.sources import Estimate
from alkanode.foundation.units import to_si
from alkanode.studies.blocks import CriticalCurrent, Stripping, Voltammetry
from alkanode.studies.critical_current import ccd_part
from alkanode.studies.stripping import stripping_part
from alkanode.studies.voltammetry import cv_part

_LOSSES = ("contact_loss", "suspected_contact_loss")


@dataclass(slots=True)
class Numbers:
    """What was read off a history.

    Attributes
    ----------
    estimates
        ``part.name`` -> number.
    left_out
        Part -> why it gave none.
    """

    estimates: dict[str, Estimate] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def numbers_of(history: xr.DataTree, cell: Cell | None, cutoffs: tuple[float, ...]) -> Numbers:
    """Capacities at cut-offs, critical current, voltammogram and loss of contact of a history.

    Parameters
    ----------
    history
        With a node ``cycling``.
    cell
        The cell; without one capacities are charges.
    cutoffs
        V.

    Returns
    -------
    Numbers
        An analysis that does not fit the record is left out with its reason.
    """
    found = Numbers()
    if "cycling" not in history.children:
        found.left_out["cycling"] = "no voltage and current over time"
        return found
    record = history["cycling"].to_dataset()
    texts = [f"{level!r} V" for level in cutoffs]
    jobs: dict[str, Callable[[], dict[str, Estimate]]] = {
        "stripping": lambda: stripping_part(record, cell, Stripping.of(cutoffs=texts), None).estimates,
        "ccd": lambda: ccd_part(record, cell, CriticalCurrent()).estimates,
        "cv": lambda: cv_part(record, cell, Voltammetry()).estimates,
        "failures": lambda: _loss(record, cell),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataQualityWarning)  # said by the parts of the study themselves
        for name, job in jobs.items():
            try:
                estimates = job()
            except (StudyError, AlkanodeError) as reason:
                found.left_out[name] = str(reason)
                continue
            found.estimates |= {f"{name}.{key}": one for key, one in estimates.items()}
    return found


def _loss(record: xr.Dataset, cell: Cell | None) -> dict[str, Estimate]:
    """Charge in its half cycle at which contact was first lost."""
    failures = find_failures(record, cell)
    places = np.flatnonzero(np.isin(failures["failure"].to_numpy(), _LOSSES))
    if places.size == 0:
        raise StudyError("a loss of contact is compared where there is one", found="none")
    first = int(places[0])
    row, last = (int(failures[name].to_numpy()[first]) for name in ("row", "last_row"))
    charge = abs(float(failures["half_cycle_charge"].to_numpy()[first]))
    current = abs(float(record["current"].to_numpy()[row]))
    time = record["time"].to_numpy()
    before, after = max(row - 1, 0), min(max(last, row) + 1, time.size - 1)
    ends = (charge - current * float(time[row] - time[before]), charge + current * float(time[after] - time[row]))
    return {
        "charge_at_contact_loss": Estimate(
            value=charge,
            unit="C",
            quantity="charge",
            interval=ends,
            label="from the run-away of the resistance; interval: from the row before it to the row after its end",
        )
    }


def paired_spectra(
    prediction: xr.DataTree, measurement: xr.DataTree, *, most: int, tolerance: float = 0.02
) -> tuple[xr.Dataset, xr.Dataset]:
    """Spectra of both at equal charges, first and last among them.

    Parameters
    ----------
    prediction, measurement
        Histories with a node ``impedance``.
    most
        Pairs to keep, spread over the charge.
    tolerance
        Share of the largest charge within which two charges are equal.

    Raises
    ------
    StudyError
        When one has no spectra, or none lie at equal charges.
    """
    from alkanode.studies.impedance.spectra import spectra_of

    mine, theirs = spectra_of(prediction), spectra_of(measurement)
    if "charge" not in mine.variables or "charge" not in theirs.variables:
        raise StudyError("spectra are paired by the charge that had passed", found="spectra without it")
    at_mine, at_theirs = mine["charge"].to_numpy(), theirs["charge"].to_numpy()
    apart = np.abs(at_mine[:, None] - at_theirs[None, :])
    allowed = tolerance * max(float(np.ptp(at_theirs)), 1e-12) + 1e-9
    nearest = np.argmin(apart, axis=0)
    pairs = [(int(nearest[k]), k) for k in range(at_theirs.size) if apart[nearest[k], k] <= allowed]
    if "masked" in theirs.variables:
        masked = theirs["masked"].to_numpy()
        pairs = [(a, b) for a, b in pairs if not masked[b]]
    if not pairs:
        raise StudyError("spectra of a model and of a measurement lie at equal charges", found="none that do")
    chosen = np.unique(np.round(np.linspace(0, len(pairs) - 1, max(most, 1))).astype(int))
    kept = [pairs[k] for k in chosen]
    return mine.isel(spectrum=[a for a, _ in kept]), theirs.isel(spectrum=[b for _, b in kept])


def levels(texts: list[str]) -> tuple[float, ...]:
    """Cut-offs in V."""
    return tuple(float(to_si(text, "voltage")) for text in texts)
