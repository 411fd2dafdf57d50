"""Needs: the technology problems that enterprises post."""
