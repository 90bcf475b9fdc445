"""Mock exams: papers drawn to the official format, sitting them against the clock, and what came of it.

Stands above practice, which takes the answers into its one log; training above hands its learners over as persons.
"""
