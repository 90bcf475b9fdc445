"""Continuing education: the ledger of hours, the requirements, and who meets them.

A line is so many minutes of one category for one person on one day, with where it came from. A credit hour (学时) is 45
minutes where the requirement does not say otherwise. A standing is one person's lines held against one requirement
for one year: what counted, what was capped, what is missing.
"""
