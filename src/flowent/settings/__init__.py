"""Settings, providers and their keys."""
