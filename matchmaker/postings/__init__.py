"""What needs and results share as lists: filters, search words, keyset pages, chips."""
