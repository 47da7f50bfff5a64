"""Remote debugging: developers' machines as a runtime."""
