"""Requests for a decision and the decisions on them."""
