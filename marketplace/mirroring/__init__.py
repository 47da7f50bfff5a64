"""Following other marketplaces, and carrying releases to where there is no network."""
