"""Results: what universities and institutes have to offer."""
