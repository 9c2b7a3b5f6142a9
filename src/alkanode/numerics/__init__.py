"""Mathematics that knows no chemistry."""
