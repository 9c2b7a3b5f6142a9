"""What the phase diagram says of an anode: window, paths, potentials."""
