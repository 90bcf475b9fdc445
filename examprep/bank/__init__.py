"""The question bank: questions, their versions, how files bring them in and trainers write them.

A question has versions. A version that was published is never changed: an edit makes the next one, so that an answer
given today can be understood in ten years. What is published is practised by everybody; a draft is seen only where its
organisation is. Answers are practice's: it tells the bank which versions were answered, and those are never deleted.
"""
