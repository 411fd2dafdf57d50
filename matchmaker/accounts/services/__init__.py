"""Use cases of accounts, one file per noun; each is one transaction."""
