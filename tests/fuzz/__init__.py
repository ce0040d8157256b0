"""Every emitted text, tried with hostile values: refused, or read back as exactly what was wanted."""
