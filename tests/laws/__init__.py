"""Properties that hold for every town."""
