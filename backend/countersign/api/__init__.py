"""The whole HTTP surface, one thin file per resource."""
