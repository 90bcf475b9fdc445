"""Pure parts of the campaign: the road of one candidate, whom a date reminds, and who may sit which exam."""
