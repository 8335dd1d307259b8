"""Countersign: a self-hosted assistant that drafts everything and does nothing until it is countersigned."""
