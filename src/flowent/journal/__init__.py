"""Append and follow events: the only way in or out of a conversation."""
