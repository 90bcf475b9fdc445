"""The frame of every import: upload, dry run, apply all or nothing, undo the batch.

A batch is one file somebody sent. An importer is a subject's knowledge of one kind of file. A problem names a row,
a column, what is wrong and what would be right. What a batch did can be undone until something was built on it.
"""
