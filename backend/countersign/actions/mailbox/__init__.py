"""Tidying a mailbox: labels, archive, read and unread, stars, the bin, and leaving mailing lists."""
