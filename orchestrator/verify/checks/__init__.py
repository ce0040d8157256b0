"""Checks of the real machines, written once: molecule, the lab and production run these files."""
