"""Every page in all four looks."""
