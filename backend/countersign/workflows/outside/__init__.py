"""Requests no workflow can do: two steps that say so in honest words."""
