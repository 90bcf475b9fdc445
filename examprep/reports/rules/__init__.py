"""Pure rules over published tables."""
