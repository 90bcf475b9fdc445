"""Files of questions, read: workbooks and CSV by their heads, JSON Lines by their keys, each row checked."""
