"""Use cases of organizations, one file per noun; each is one transaction."""
