"""Runs plugins that others wrote: packed, uploaded, installed, started and called once, through the real doors."""
