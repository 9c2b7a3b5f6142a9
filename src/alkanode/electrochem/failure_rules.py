"""All thresholds of the search for failures in one place."""

from __future__ import annotations

from dataclasses import dataclass, field

from alkanode.electrochem.contact_loss import ContactRule
from alkanode.electrochem.depletion import DepletionRule
from alkanode.electrochem.dips import DipRule
from alkanode.electrochem.growth import GrowthRule
from alkanode.electrochem.hidden_shorts import HiddenShortRule
from alkanode.electrochem.shorts import ShortRule
from alkanode.electrochem.soft_shorts import SoftShortRule


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRules:
    """Thresholds of each class of failure; see there.

    Attributes
    ----------
    short, contact, soft, dips, hidden, depletion, growth
        One rule per class; transient soft shorts have two, for drops that stand out and for dips that are too many.
    temperature_window
        K; half cycles recorded farther than this from the first ones are not compared with them. 2: at an activation
        energy of 0.4 eV that moves a resistance by 10 %.
    """

    short: ShortRule = field(default_factory=ShortRule)
    contact: ContactRule = field(default_factory=ContactRule)
    soft: SoftShortRule = field(default_factory=SoftShortRule)
    dips: DipRule = field(default_factory=DipRule)
    hidden: HiddenShortRule = field(default_factory=HiddenShortRule)
    depletion: DepletionRule = field(default_factory=DepletionRule)
    growth: GrowthRule = field(default_factory=GrowthRule)
    temperature_window: float = 2.0
