"""Reminders: an outbox that says each thing once, and the channels that carry it.

An *outbox row* is one reminder under a unique key; queueing the same key again does nothing. Its *condition* is a
name that the queueing feature answers for (``Feature.still_due``); it is asked again just before sending, so that
nobody is reminded of what was mended meanwhile. To *settle* is to say what became of a row: sent, dropped, failed.
Why somebody is reminded is the caller's business and is not known here.
"""
