"""What every package may use: clock, half-open periods, marks, minutes, rates, refusals. Standard library only."""
