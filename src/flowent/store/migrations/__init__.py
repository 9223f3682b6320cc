"""The revisions of the tables: numbered, append-only, never edited once they are released."""
