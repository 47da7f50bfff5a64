"""The runtime: runs installed plugins."""
