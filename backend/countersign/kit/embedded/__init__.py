"""What the embedded Postgres needs around the server itself: its place, its data folder, its databases."""
