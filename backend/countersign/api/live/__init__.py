"""What goes to a page as it happens: server-sent events, the live socket, and how both wait for news."""
