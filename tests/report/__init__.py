"""Tests of the package orchestrator.report."""
