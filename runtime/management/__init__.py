"""The daemon's management API: `/plugin/<workspace>/management/…` and the assets (protocol.md 8.5, 8.7)."""
