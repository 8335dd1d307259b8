"""Typed state changes: preview, execution and compensation together."""
