"""What follows from marks and pass lines, how rates compare, and how a cell of a centre's file is read."""
