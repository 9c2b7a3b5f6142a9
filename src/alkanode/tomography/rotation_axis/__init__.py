"""Find the rotation axis by several methods that must agree."""
