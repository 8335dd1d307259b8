"""What single sentences of a mail are: their words, whom they address, what they do, which days they name."""
