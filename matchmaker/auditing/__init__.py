"""The audit trail as auditors read it; `matchmaker.audit` writes it."""
