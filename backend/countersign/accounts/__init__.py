"""Connected provider accounts and their tokens."""
