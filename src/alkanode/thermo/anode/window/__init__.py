"""Where an alloy is liquid."""
