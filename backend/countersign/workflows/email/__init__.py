"""Requests about mail: find the mail meant, write what was asked, put it on a card."""
