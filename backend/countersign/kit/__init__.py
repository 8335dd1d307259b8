"""Machinery without a product noun: database, ids, clock, keys, queue, bus, logs."""
