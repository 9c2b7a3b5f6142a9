"""What an interface's impedance says of its contact: constriction, active area, rival processes.

``constriction`` computes the arc of voids, ``active_area`` the share in contact from three routes that must agree, and
``assign_processes`` compares what could be behind a peak.
"""
