"""A study leaves out points at the top that no cell could give, and says so."""

from __future__ import annotations

import numpy as np
import pytest

from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.spectra import checked_spectra
from alkanode.studies.impedance.whole import impedance_part
from alkanode.virtual import synthetic_spectra


@pytest.mark.filterwarnings("ignore::alkanode.foundation.errors.DataQualityWarning")
def test_the_sentence_stands_first_and_a_range_overrules_the_rule() -> None:
    record, _ = synthetic_spectra("growing_interface", spectra=8)
    spoiled = record.assign(impedance=record["impedance"] - (record["frequency"] > 1e6) * (30 + 20j))
    part = impedance_part(spoiled, None, Impedance())
    assert part.findings[0].startswith("Points above 9")
    assert "with them 0 of 8 spectra" in part.findings[0]
    assert sum("left out" in sentence for sentence in part.findings) == 1
    whole = checked_spectra(spoiled, Impedance.of(frequency_range=("0 Hz", "inf")))
    assert np.nanmax(whole["frequency"].to_numpy()) == pytest.approx(7e6)
    assert "left_out" not in whole.attrs
