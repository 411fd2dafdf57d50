"""Accounts: signing in and out, passwords, second factors, sessions, users and their settings."""
