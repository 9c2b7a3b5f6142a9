"""Volumes of phases, and how large an electrode is."""
