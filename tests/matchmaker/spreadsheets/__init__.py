"""Spreadsheets: every kind of file an office sends, the broken ones above all."""
