"""examprep: the road of a social worker from the first practice question to the yearly 90 credit hours."""
