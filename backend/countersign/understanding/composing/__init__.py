"""What a written mail is made of besides the person's words: its greeting, its subject, the facts it answers with."""
