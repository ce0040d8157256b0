"""Faults that an apply survives, one promise a file: the rows of the fault table."""
