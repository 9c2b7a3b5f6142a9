"""Virtual instruments: a simulated cell measured into the records that file readers return."""

from alkanode.virtual.contact_loss_cell import Arc, ContactLossCell, ContactLossLaw
from alkanode.virtual.demo import write_demo
from alkanode.virtual.potentiostat import Noise, Potentiostat, Sweeps

__all__ = ["Arc", "ContactLossCell", "ContactLossLaw", "Noise", "Potentiostat", "Sweeps", "write_demo"]
