"""What the discovery documents say: methods, parameters, schemas and field masks."""
