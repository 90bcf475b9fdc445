"""Exams: who registered for which sitting, the marks as the examination centre sent them, pass lines, and what follows.

A *mark* is one line of an append-only log. A *pass line* (合格标准) is data that may come months after the marks. An
*outcome* is what marks, lines and passing cycles make of one person in one exam year; the *tally* counts outcomes
by year, organisation, region, level, returning or not and trained or not. Both are derived and can be rebuilt.
"""
