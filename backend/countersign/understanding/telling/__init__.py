"""What mails say: sentences for an answer, each with the mail it stands in and that mail's own words."""
