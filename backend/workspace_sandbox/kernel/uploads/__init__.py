"""Bodies that are not plain JSON: simple, multipart and resumable uploads."""
