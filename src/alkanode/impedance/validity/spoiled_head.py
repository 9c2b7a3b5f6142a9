"""The highest frequencies of a series, where they are no impedance of the cell.

A reference electrode, a cable or the edge of an instrument's bandwidth spoils the points at the highest frequencies of
every spectrum alike. A distribution or a circuit that must follow them is wrong everywhere. They can be told without a
model: with them the spectra break the Kramers-Kronig relations, without them they obey.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from alkanode.data.schema import RecordLike, check
from alkanode.foundation.errors import SchemaError
from alkanode.impedance.frequency_grids import GRID_TOLERANCE, FrequencyGrid, frequency_grids
from alkanode.impedance.validity.chain_length import linear_fit

_MU_LIMIT = 0.85
_FEWEST_LEFT = 10  # points below a cut, or the test tells nothing
_ASKED = 60  # spectra of a grid, evenly spread: an artefact of the instrument is in all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoiledHead:
    """Points at the highest frequencies that keep a series from being valid.

    Attributes
    ----------
    highest_kept
        Hz; points above it are spoiled.
    valid_with, valid_without
        Number of asked spectra that obey the Kramers-Kronig relations with and without those points.
    asked
        Number of spectra that were asked.
    """

    highest_kept: float
    valid_with: int
    valid_without: int
    asked: int


def spoiled_head(
    record: RecordLike,
    *,
    limit: float = 0.01,
    most_decades: float = 1.5,
    enough: float = 0.9,
    share: float = 0.98,
    gain: float = 0.05,
) -> SpoiledHead | None:
    """Find the points at the highest frequencies that must be left out before spectra obey the Kramers-Kronig relations.

    Parameters
    ----------
    record
        Impedance record, best from :func:`alkanode.impedance.check_spectra`; masked spectra are not asked.
    limit
        Rms residual over |Z| up to which a spectrum is valid; 0.01 as in :func:`alkanode.impedance.kramers_kronig`.
    most_decades
        Decades of frequency that may be left out at most; 1.5 reaches from 1 MHz to 30 kHz, below which an artefact of
        a cable or of a reference electrode is no longer the likely reason.
    enough
        Where this share of the spectra is valid as it stands, nothing is left out.
    share
        The shortest head is taken without which at least this share is valid of the spectra that any head makes valid.
    gain
        From there on points are still left out while each lowers the median rms residual by more than this fraction; 0.05.
        An artefact fades towards low frequency and passes the limit before it is gone.

    Returns
    -------
    SpoiledHead or None
        ``None`` where enough spectra are valid with all points, or where leaving out does not turn at least half of the
        others valid.

    Raises
    ------
    SchemaError
        For a record of another kind, or a limit or share out of range.

    Notes
    -----
    Every cut is one linear Kramers-Kronig test per grid of frequencies. Of a long series 60 evenly spread spectra are asked.
    """
    record = check(record, "impedance")
    if not (limit > 0 and most_decades > 0 and 0 < enough <= 1 and 0 < share <= 1 and 0 < gain < 1):
        raise SchemaError(
            "limit and most_decades must be positive, enough, share and gain between 0 and 1",
            found=f"limit {limit:g}, most_decades {most_decades:g}, enough {enough:g}, share {share:g}, gain {gain:g}",
        )
    grids = frequency_grids(record)
    cuts = np.unique(np.concatenate([_cuts(grid.frequency, most_decades) for grid in grids] or [np.zeros(0)]))[::-1]
    if cuts.size == 0:
        return None
    whole = _residuals(grids, np.inf)
    first, asked = int((whole <= limit).sum()), whole.size
    if first >= enough * asked:
        return None
    rms = np.array([_residuals(grids, cut) for cut in cuts])
    valid = (rms <= limit).sum(axis=1)
    if valid.max() - first < (asked - first) / 2:
        return None
    best = int(np.flatnonzero(valid >= share * valid.max())[0])
    typical = np.median(rms, axis=1)
    while (
        best + 1 < cuts.size
        and typical[best + 1] < (1 - gain) * typical[best]
        and valid[best + 1] >= share * valid[best]
    ):
        best += 1
    return SpoiledHead(
        highest_kept=float(cuts[best] * (1 + GRID_TOLERANCE)),
        valid_with=first,
        valid_without=int(valid[best]),
        asked=asked,
    )


def _cuts(frequency: npt.NDArray[np.float64], most_decades: float) -> npt.NDArray[np.float64]:
    """Highest frequencies that may be kept, Hz; the top one is no cut."""
    inside = frequency[1 : max(frequency.size - _FEWEST_LEFT + 1, 1)]
    return np.asarray(inside[inside >= frequency[0] / 10**most_decades])


def _chosen(grid: FrequencyGrid) -> npt.NDArray[np.intp]:
    count = grid.spectra.size
    return np.unique(np.linspace(0, count - 1, min(count, _ASKED)).round().astype(np.intp))


def _residuals(grids: list[FrequencyGrid], highest: float) -> npt.NDArray[np.float64]:
    """Rms residuals over |Z| of the asked spectra up to a frequency, shape (spectrum,)."""
    found = []
    for grid in grids:
        kept = grid.frequency <= highest * (1 + 1e-9)
        chosen = _chosen(grid)
        if kept.sum() < _FEWEST_LEFT:
            found.append(np.full(chosen.size, np.inf))
            continue
        data = grid.impedance[chosen][:, kept]
        found.append(linear_fit(grid.frequency[kept], data, elements="auto", mu_limit=_MU_LIMIT).rms)
    return np.concatenate(found)
