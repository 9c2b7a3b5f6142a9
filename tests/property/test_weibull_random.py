"""Whatever intervals come in: a law with its intervals around it, or a reason."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.electrochem import fit_weibull
from alkanode.electrochem.critical_currents.replicates import failed_shares
from alkanode.numerics.weibull import most_likely

Floats = npt.NDArray[np.float64]


@st.composite
def intervals(draw: st.DrawFn) -> tuple[Floats, Floats]:
    """Levels of a ramp, on areas that differ by up to a factor of two, some never failed."""
    n = draw(st.integers(1, 15))
    level = np.array(draw(st.lists(st.integers(0, 8), min_size=n, max_size=n)), dtype=float)
    area = np.array(draw(st.lists(st.floats(0.7, 1.4), min_size=n, max_size=n)))
    never = np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n))) & (level > 0)
    return level / area, np.where(never, np.inf, (level + 1) / area)


@settings(max_examples=60)
@given(intervals())
def test_a_law_or_a_reason(ends: tuple[Floats, Floats]) -> None:
    fit = fit_weibull(*ends)
    if isinstance(fit, str):
        assert fit
        return
    assert fit.shape_interval[0] <= fit.shape <= fit.shape_interval[1]
    assert fit.scale_interval[0] <= fit.scale <= fit.scale_interval[1]


@settings(max_examples=60)
@given(intervals(), st.integers(0, 1000))
def test_the_order_of_the_cells_does_not_matter(ends: tuple[Floats, Floats], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(ends[0].size)
    one, other = most_likely(*ends), most_likely(ends[0][order], ends[1][order])
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
    else:
        assert np.allclose(one, other, rtol=1e-5)


@given(intervals())
def test_no_other_law_is_likelier(ends: tuple[Floats, Floats]) -> None:
    found = most_likely(*ends)
    if isinstance(found, str) or not 0.06 < found[0] < 450:
        return

    def height(shape: float, scale: float) -> float:
        z = [(end / scale) ** shape for end in ends]
        with np.errstate(divide="ignore"):
            return float(np.sum(-z[0] + np.log(-np.expm1(-(z[1] - z[0])))))

    top = height(*found)
    for step in (0.97, 1.03):
        assert height(found[0] * step, found[1]) <= top + 1e-9
        assert height(found[0], found[1] * step) <= top + 1e-9


@given(intervals())
def test_ranks_rise_and_stay_between_0_and_1(ends: tuple[Floats, Floats]) -> None:
    failed = np.isfinite(ends[1])
    shares = failed_shares(ends[0], failed)
    assert np.isnan(shares[~failed]).all()
    known = shares[failed][np.argsort(ends[0][failed], kind="stable")]
    assert ((known > 0) & (known < 1)).all()
    assert (np.diff(known) > 0).all()
