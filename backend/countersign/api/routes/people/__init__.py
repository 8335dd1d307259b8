"""Who is there and how they want to be served: signing in and out, and settings."""
