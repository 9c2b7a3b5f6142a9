"""Full and half cells: cycles, fade, rates, differential capacity, migration, ratio of the electrodes."""
