"""Mail actions: what a mail says, byte for byte, and how it is sent once."""
