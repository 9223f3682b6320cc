"""Model providers: one port, one adapter per wire format."""
