"""Exchange of metals between an alloy and the ions of an electrolyte."""
