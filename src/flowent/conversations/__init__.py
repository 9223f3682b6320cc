"""Conversations: the service that edges call, one owner per conversation, and recovery."""
