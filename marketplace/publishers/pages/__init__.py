"""Pages of publishers, below /publish/."""
