"""Describe and draw in one call, one file per field as the describers have."""
