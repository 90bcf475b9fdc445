"""Flask and SQLAlchemy made fit for use: sessions, access, forms, lists, files, jobs. Knows no subject."""
