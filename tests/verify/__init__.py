"""Tests of the package orchestrator.verify."""
