"""Everything the Google services share: routing, checking, uploads, batches, faults."""
