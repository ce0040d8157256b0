"""Tests of the package orchestrator.apply."""
