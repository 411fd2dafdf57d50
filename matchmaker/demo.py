"""What marks the demo's accounts, wherever they must be offered or refused."""

PASSWORD = "demo-2026"  # noqa: S105 (shown on the demo's sign-in page, refused everywhere else)
TOTP_SECRET = "DEMODEMODEMODEMODEMODEMODEMODEMO"  # noqa: S105 (the demo shows its codes)
DOMAIN = "demo.example.com"


def is_demo_account(email: str) -> bool:
    """Return whether the account is one of those that everybody knows the password of."""
    return email.strip().lower().endswith(f"@{DOMAIN}")
