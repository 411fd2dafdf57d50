"""Organizations: registration, approval, members and invitations, integrity restrictions."""
