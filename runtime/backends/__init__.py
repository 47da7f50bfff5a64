"""Ways to run a plugin, one file a way."""
