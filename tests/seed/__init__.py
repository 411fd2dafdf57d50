"""Tests of the data under seed/."""
