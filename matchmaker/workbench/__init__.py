"""The page on which everybody finds what waits for them."""
