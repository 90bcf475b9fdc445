"""The frame of what leaves the house: which counts of additive tables must be hidden, and documents in Word.

Knows no subject: tables come as cells with relations between them, documents as parts in order.
"""
