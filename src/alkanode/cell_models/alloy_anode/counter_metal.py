r"""The sodium metal across the electrolyte: voids under stripping, healed by pressure, focus of plating.

Creep brings metal as fast as a current density that rises with pressure, :math:`i_c = i_0 + k_c P`. What is stripped faster
leaves voids, slower stripping and plating heal them (:math:`\theta_m`: contact share):

.. math:: \frac{d\theta_m}{dt} = -\frac{\max(i_s - i_c, 0)}{q_v}\,\frac{\theta_m}{\theta_m + 0.02}
          + \frac{\max(i_c - i_s, 0)}{q_v}\,(1 - \theta_m)

Two measured points stand behind the two numbers of the pressure law: it is fitted and predicts neither of them.
"""

from __future__ import annotations

from typing import Any

from alkanode.cell_models.host import pybamm

VOID_CURRENT = "Counter void current [A.m-2]"
PRESSURE_SLOPE = "Counter pressure slope [A.m-2.Pa-1]"
PRESSURE = "Stack pressure [Pa]"
VOID_CHARGE = "Counter void charge [C.m-2]"
TRANSFER_RESISTANCE = "Counter charge transfer resistance [Ohm.m2]"

LAST_CONTACT = 0.02
"""Contact share below which the loss of contact slows down, so that the share stays positive."""


def critical_stripping(get: Any) -> Any:
    """Current density up to which the metal keeps its contact while it is stripped, A m-2."""
    return get(VOID_CURRENT) + get(PRESSURE_SLOPE) * get(PRESSURE)


def contact_rate(contact: Any, stripping: Any, get: Any) -> Any:
    """Change of the contact share at a current density that strips the metal (positive), 1/s."""
    pb = pybamm()
    excess = stripping - critical_stripping(get)
    loss = pb.maximum(excess, 0) * contact / (contact + LAST_CONTACT)
    return (-loss + pb.maximum(-excess, 0) * (1 - contact)) / get(VOID_CHARGE)
