"""Invented worlds to run the sandbox with, made from a seed number and a moment."""
