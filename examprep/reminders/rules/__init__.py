"""Pure parts of reminding: what a context may hold, when to try again."""
