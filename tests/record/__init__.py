"""Tests of the package orchestrator.record."""
