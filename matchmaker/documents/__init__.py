"""Documents that a bureau lives by, written from records: forms, letters, notices, a summary."""
