"""Derive, render and what shows them."""
