"""The handlers of Gmail, one module for each resource of the API."""
