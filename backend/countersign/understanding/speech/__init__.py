"""Direct speech: turns what a person reports ("that she should call me") into what is written ("Please call me.")."""
