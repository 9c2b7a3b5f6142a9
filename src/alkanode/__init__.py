"""alkanode: a computational laboratory for alkali-metal alloy anodes."""
