"""Requests that write a mail beyond the plain reply: new mails, replies to all, forwards, drafts, files."""
