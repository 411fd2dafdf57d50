"""What must hold for security, each with the test that proves it."""
