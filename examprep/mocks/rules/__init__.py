"""Pure rules of mock exams."""
