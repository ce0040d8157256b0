"""Townhall: a municipality's whole IT network as code."""
