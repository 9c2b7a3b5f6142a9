"""Bring scans onto one another by what does not change."""
