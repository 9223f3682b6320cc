"""Answers in the shape of each wire format: one port in `base`, one renderer a file."""
