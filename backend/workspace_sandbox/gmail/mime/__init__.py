"""Reading and writing RFC 5322 mail and Gmail's view of it."""
