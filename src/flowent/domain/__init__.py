"""Values and folds: what a conversation is, said without I/O, clock or randomness."""
