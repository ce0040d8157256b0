"""Towns of any size, made for tests and measurements."""
