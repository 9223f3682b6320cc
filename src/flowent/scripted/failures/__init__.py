"""The providers' own wordings and codes for failed requests."""
