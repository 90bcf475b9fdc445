"""Ways a reminder reaches a person; each is a module here and a line in ``opened.py``."""
