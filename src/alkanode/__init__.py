"""alkanode: a computational laboratory for alkali-metal alloy anodes.

``import alkanode`` loads nothing scientific; each name is loaded when it is first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
