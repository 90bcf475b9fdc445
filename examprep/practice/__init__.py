"""Practice: a candidate answers questions, sees at once what was right, and meets them again in time.

The log is ``practice_answer``; memory (FSRS), notebook (错题本) and daily counts are derived from it. A *scope* is what
a candidate goes through: ``all``, ``due`` (reviews due now), ``notebook`` or ``chapter-<id>``; a *place* is where in it
they are, on whatever device.
"""
