"""The accounts a request may look in: opened for reading, left out when closed, asked in their own query."""
