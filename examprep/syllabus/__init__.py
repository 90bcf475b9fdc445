"""What is examined: levels, subjects, paper formats, versioned chapter trees and the days of each exam year.

A syllabus version (考试大纲) serves a span of exam years; its tree differs from the one before. Beside its chapters
every tree has two pseudo-chapters: added texts (增补) and what lies beyond the syllabus (超纲). Certainty is H, M
or L: what is not H may be mended by an administrator, and a newer file of ours never overwrites what was mended.
"""
