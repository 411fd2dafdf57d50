"""What keeps the platform running: background jobs and mail, for administrators."""
