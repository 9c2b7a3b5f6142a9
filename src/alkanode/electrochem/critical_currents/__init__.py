"""Critical current density from ramps, as an interval, and the statistics of replicates."""
