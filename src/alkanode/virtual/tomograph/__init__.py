"""A virtual tomograph: projections of an object whose truth is known."""
