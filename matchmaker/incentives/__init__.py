"""Incentives: what policies promise, what is claimed of it, and what is paid."""
