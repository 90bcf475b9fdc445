"""Kinds of activities that give hours. How much each gives is a requirement's conversion table, not said here.

Source: the forms of 人社部令第25号 第八条 and of the provinces' tables (DOMAIN.md 4.3).
"""

from examprep.kernel.sentence import N_

HOURS = "hours"  # recorded by the clock: counted as recorded where no conversion says otherwise

KINDS = {
    HOURS: N_("Training by the clock"),
    "day": N_("Full training day"),
    "half-day": N_("Half a training day"),
    "online": N_("On-line course"),
    "degree": N_("Social-work degree obtained"),
    "degree-course": N_("Course of a degree passed"),
    "exam": N_("Professional qualification exam passed"),
    "meeting-national": N_("National academic meeting"),
    "meeting-provincial": N_("Provincial academic meeting"),
    "research": N_("Research project"),
    "paper-first": N_("Paper as first author"),
    "paper-other": N_("Paper as another author"),
    "teaching": N_("Teaching"),
    "supervision": N_("Supervision"),
    "mentoring": N_("Mentoring"),
    "visit": N_("Study visit"),
}
