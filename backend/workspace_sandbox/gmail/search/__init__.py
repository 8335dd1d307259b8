"""Gmail's search language: parsing and answering it."""
