"""Numbers that papers print on alkali alloys, next to what this package computes: which agree, and why others do not."""
