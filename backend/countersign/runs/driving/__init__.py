"""One drive of a run: its lease, its plan, its progress, and how it ends."""
