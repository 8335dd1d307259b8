"""The phases of executing an approved action, each safe to repeat from the rows alone."""
