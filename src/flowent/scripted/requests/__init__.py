"""Requests of each wire format, read and checked: one port in `base`, one reader a file."""
