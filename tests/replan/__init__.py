"""Planning from an earlier plan."""
