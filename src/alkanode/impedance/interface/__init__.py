"""What an interface's impedance says of its contact: constriction, active area, rival processes."""
