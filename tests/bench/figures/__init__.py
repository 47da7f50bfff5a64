"""One file for each figure of `make bench`."""
