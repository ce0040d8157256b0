"""Requests: what a branch would change."""
