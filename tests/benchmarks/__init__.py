"""Measurements, run by `make bench`; not collected as tests."""
