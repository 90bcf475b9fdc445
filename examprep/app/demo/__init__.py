"""The generated county: people who do not exist, with the figures of real reports.

Everything goes through the product's own code: files as an examination centre would send them, through the
importers; classes held and closed; hours posted by closing. The same seed gives the same people on any day; what
is current (classes, this year's hours, practice) is placed relative to today.
"""
