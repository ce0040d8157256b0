"""Tests of the package orchestrator.plan."""
