"""Pure facts of the syllabus."""
