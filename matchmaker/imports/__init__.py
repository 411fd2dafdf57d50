"""Spreadsheets of needs and results: brought in whole or not at all."""
