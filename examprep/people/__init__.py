"""Persons, organisations, regions, accounts, roles and what they allow, and the trail of who did what.

A person is one row for life. A membership gives a person a role in an organisation and everything below it.
An actor is a signed-in person with their memberships; every query over people is bounded by the actor.
"""
