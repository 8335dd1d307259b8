"""Requests that change many mails alike: label, archive, mark, star, trash, unsubscribe."""
