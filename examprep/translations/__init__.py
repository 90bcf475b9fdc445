"""Message catalogues. Message ids are English; Chinese is the catalogue that must be complete."""
