"""What the texts and records of a region add up to, for bureau staff."""
