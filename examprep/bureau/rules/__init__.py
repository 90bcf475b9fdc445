"""Pure rules of what a bureau publishes, plans and reports."""
