"""Saved searches: keeping them, finding what is published for them, telling whose they are."""
