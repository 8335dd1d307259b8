"""One thin file per resource of the HTTP surface."""
