"""The posterior as a part of a study: intervals say where they come from, peaks have probabilities, bands are drawn."""

from __future__ import annotations

import pytest

from alkanode.foundation.errors import AlkanodeError
from alkanode.studies.blocks import Impedance
from alkanode.studies.impedance.relaxation import relaxation_part
from alkanode.studies.impedance.spectra import checked_spectra
from alkanode.virtual.synthetic_spectra import synthetic_spectra


@pytest.fixture(scope="module")
def part():
    record, _ = synthetic_spectra("growing_interface", spectra=5)
    settings = Impedance.of(posterior=True)
    return relaxation_part(checked_spectra(record, settings), settings, area=1e-4)


def test_estimates_carry_intervals_of_the_posterior(part):
    _, truth = synthetic_spectra("growing_interface", spectra=5)
    for end, index in (("first", 0), ("last", 4)):
        one = part.estimates[f"{end}_polarisation_in_window"]
        true = truth.polarisation(1 / (2 * 3.14159265 * 7e6), 1 / (2 * 3.14159265))[index]
        low, high = one.interval
        assert low < one.value < high
        assert 0.98 * low < true < 1.02 * high
        assert "posterior" in one.label
        assert part.estimates[f"{end}_polarisation_in_window_area_specific"].value == pytest.approx(1e-4 * one.value)
        assert part.estimates[f"{end}_series_resistance"].interval is not None


def test_peaks_have_probabilities_and_curves_have_bands(part):
    peaks = part.records["peaks"]
    assert ((peaks.probability >= 0) & (peaks.probability <= 1)).all()
    assert part.details["peaks"]["probable"] >= 5
    assert len(part.figures["distribution"].panels[0].fills) == 3


@pytest.mark.parametrize("other", [{"blocking": True}, {"regularisation": "gcv"}, {"preset": "wu2025"}])
def test_what_a_posterior_does_not_know_is_refused(other):
    with pytest.raises(AlkanodeError, match="posterior"):
        Impedance.of(posterior=True, **other)
