"""The compiled graphs: they read and propose, never write outside."""
