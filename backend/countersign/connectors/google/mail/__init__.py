"""Reading the mail format; no call to Google is made here."""
