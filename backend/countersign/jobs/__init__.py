"""Background jobs as their owner sees them: tried again, given up, replayed."""
