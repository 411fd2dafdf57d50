"""Use cases of organisations, one file per noun; each is one transaction."""
