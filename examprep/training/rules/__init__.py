"""Rules of training as pure functions: who may enrol, what a timetable may look like, who was there."""
