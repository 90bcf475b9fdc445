"""Training: courses, classes of dated sessions, enrolment with a waiting list, attendance, and the hours they give.

A course is what is taught; a class is one run of it with a trainer, seats and sessions; a session is one dated
meeting. Presence is a log; attendance is derived from it; closing a session posts hours to the ledger.
"""
