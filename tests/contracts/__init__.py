"""Contracts that every part of the repository keeps."""
