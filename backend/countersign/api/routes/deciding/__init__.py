"""Routes about what was proposed together, and about what was decided."""
