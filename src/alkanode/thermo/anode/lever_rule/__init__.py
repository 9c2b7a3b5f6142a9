"""Both electrodes of a cell on one tie line: forwards from a charge, backwards from liquid fractions."""
