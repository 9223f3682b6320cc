"""Logging, redaction and crash points; every layer may use it."""
