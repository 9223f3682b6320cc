"""The database and the blobs; the only SQL."""
