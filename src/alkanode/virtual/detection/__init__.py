"""Detectors against known failures: cells that fail, events spliced into measured records, scores."""
