"""Points at the highest frequencies that are no impedance of the cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from alkanode.foundation.errors import SchemaError
from alkanode.impedance import check_spectra, kramers_kronig, spoiled_head
from alkanode.io import open_history
from alkanode.virtual import synthetic_spectra


def _with_artefact(record: xr.Dataset, above: float) -> xr.Dataset:
    """A reference electrode that feeds through: a fast arc with a phase that no cell has."""
    frequency = record["frequency"]
    return record.assign(impedance=record["impedance"] - (frequency > above) * (30 + 20j))


def test_clean_spectra_lose_nothing() -> None:
    record, _ = synthetic_spectra("growing_interface", spectra=20)
    assert spoiled_head(record) is None


def test_the_head_ends_where_the_artefact_ends() -> None:
    record, _ = synthetic_spectra("growing_interface", spectra=20)
    found = spoiled_head(_with_artefact(record, 1e6))
    assert found is not None
    assert (found.valid_with, found.valid_without, found.asked) == (0, 20, 20)
    assert 0.7e6 < found.highest_kept <= 1e6


def test_an_artefact_at_low_frequency_is_no_reason_to_cut_the_head() -> None:
    record, _ = synthetic_spectra("growing_interface", spectra=5)
    odd = record.assign(impedance=record["impedance"] * (1 + (record["frequency"] < 30) * (0.3 - 0.2j)))
    assert spoiled_head(odd) is None


def test_masked_spectra_are_not_asked() -> None:
    record, _ = synthetic_spectra("growing_interface", spectra=6)
    spoiled = _with_artefact(record, 1e6)
    mixed = record.assign(impedance=record["impedance"].where(record["time"] < 180, spoiled["impedance"]))
    masked = mixed.assign(masked=("spectrum", np.arange(6) >= 3))
    assert spoiled_head(masked) is None
    found = spoiled_head(mixed)
    assert found is not None
    assert found.valid_with == 3


def test_a_limit_must_be_positive() -> None:
    record, _ = synthetic_spectra("growing_interface", spectra=2)
    with pytest.raises(SchemaError, match="limit 0"):
        spoiled_head(record, limit=0)


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_three_electrode_file(measured: Callable[[str], Path]) -> None:
    """Negative real parts at 1 MHz: without the points above some 50 kHz nearly all sweeps are valid."""
    spectra = check_spectra(open_history(measured("cycling/li_peo_geis_strip.mpr"))["impedance"].to_dataset())
    found = spoiled_head(spectra)
    assert found is not None
    assert found.valid_with == 0
    assert 4e4 < found.highest_kept < 6e4
    kept = check_spectra(spectra, frequency_range=(0.0, found.highest_kept))
    assert int(kramers_kronig(kept)["valid"].sum()) == found.valid_without >= 54
