"""Parts behind the commands on tomography, one file per command."""
