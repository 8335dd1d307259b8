"""What limits a set of mails: the words before its noun, the noun itself, and the words behind it."""
