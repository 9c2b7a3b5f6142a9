r"""How fast potassium leaves the alloy: four laws, one of them by default, told apart by evidence and not by taste.

At every electrode two reactions run at one potential. Sodium is fast, so that it holds the potential at
:math:`E = (RT/F)\ln(s/a_\mathrm{Na})` against pure sodium in the fresh electrolyte, with the salt left, s, as a share. Potassium,
whose standard potential lies some 0.3 V lower, is oxidised there with

.. math:: J = r(L)\, \left(\frac{s}{a_\mathrm{Na}}\right)^{\alpha}

and the sodium that the same charge reduces takes its place: the alloy loses potassium at rest too. What multiplies this
common factor is the law:

============== ===================================== =======================================================
law            r                                     picture
============== ===================================== =======================================================
parabolic      :math:`k\, a_K \lambda/(L + L_0)`     potassium crosses a layer that grows with what has left
first order    :math:`k\, n_K`                       each atom has the same chance, no layer
constant       :math:`k`                             the same amount every cycle
salt           :math:`k\, a_K \lambda`               no layer blocks; the salt in the electrolyte runs out
============== ===================================== =======================================================

L is the potassium that has left (mol m-2), :math:`\lambda` the share of the surface that is liquid, :math:`n_K` what is left.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from alkanode.foundation.errors import StudyError

Floats = npt.NDArray[np.float64]

LeachLaw = Literal["parabolic", "first order", "constant", "salt"]
"""Name of a law."""

LEACH_LAWS: tuple[LeachLaw, ...] = get_args(LeachLaw)
"""All laws, the default first."""

CONSTANTS: dict[LeachLaw, str] = {
    "parabolic": "Leaching constant [mol2.m-4.s-1]",
    "first order": "First-order leaching constant [s-1]",
    "constant": "Constant leaching rate [mol.m-2.s-1]",
    "salt": "Salt-limited leaching rate [mol.m-2.s-1]",
}
"""Law -> name of its constant in a parameter set."""

VANISHING = 1e-3
"""Share of the initial potassium below which the constant law runs out smoothly instead of taking what is not there."""


def checked_law(law: str) -> LeachLaw:
    """The law of that name.

    Raises
    ------
    StudyError
        For another name.
    """
    for known in LEACH_LAWS:
        if known == law:
            return known
    raise StudyError("a law of leaching is needed", found=repr(law), todo=f"Known: {', '.join(LEACH_LAWS)}")


def relative_rate(
    law: LeachLaw,
    *,
    leached: Floats,
    initial: float,
    potassium_activity: Floats,
    liquid_share: Floats,
    kinetic_amount: float,
) -> Floats:
    """The law's rate over its constant, without the factor that sodium's potential gives.

    Parameters
    ----------
    law
        Name of the law.
    leached
        (point,) potassium that has left, mol m-2.
    initial
        Potassium at the start, mol m-2.
    potassium_activity, liquid_share
        (point,) of the alloy that is left.
    kinetic_amount
        L0, mol m-2.

    Returns
    -------
    ndarray
        (point,) in the unit that makes rate = constant x this a flux in mol m-2 s-1.
    """
    left = np.maximum(initial - leached, 0.0)
    if law == "parabolic":
        return potassium_activity * liquid_share / (leached + kinetic_amount)
    if law == "first order":
        return left
    if law == "constant":
        return left / (left + VANISHING * initial)
    return potassium_activity * liquid_share
