"""The live connection to a page: its frames, its socket, and how it waits for news."""
