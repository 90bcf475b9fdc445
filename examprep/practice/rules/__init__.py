"""Pure rules of practising."""
