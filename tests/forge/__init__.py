"""Tests of requests beside others, and of what a forge is told."""
