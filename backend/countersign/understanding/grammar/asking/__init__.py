"""Requests that read mail and answer: lists, what somebody said, summaries, what waits, people and tasks."""
