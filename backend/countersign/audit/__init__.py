"""Who did what, append-only, encrypted and chained."""
