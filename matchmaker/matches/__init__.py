"""Matches: the bridge from records to the matching library, and what becomes of its answers."""
