"""Understanding: turns a person's words into a typed plan, and a plan's instruction into a mail text, with no model.

Must not read a clock, a database, a network or a file: everything it needs is an argument, so that the same words in
the same context always give the same bytes.
"""
