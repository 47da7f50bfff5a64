"""Cells: programs that see only what they are shown, run as nobody, and have one door to the network, which is watched."""
