"""One execution of a workflow for one request: start, drive, resume, cancel, recover."""
