"""Endpoints: public URLs of plugins."""
