"""The page of one's notifications; `matchmaker.notifications` writes them."""
