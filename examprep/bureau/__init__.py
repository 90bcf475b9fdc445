"""The officer's home: the funnel of the last exam year, holders, the 90 hours, mentors and awards, side by side.

Owns no table: every figure is another subject's, asked with the actor's bounds, and links to the rows behind it.
"""
