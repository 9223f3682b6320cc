"""Flowent: a self-hosted workspace for an AI agent."""
