"""Modules that roles bring along, tried without a machine."""
