"""Projects: what grows out of matches."""
