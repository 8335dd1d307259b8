"""What goes with a mail besides its words: subject, copies, files, the wish that it is not sent."""
