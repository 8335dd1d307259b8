"""The words of a request as tokens, and the small closed sets of words the rest reads."""
