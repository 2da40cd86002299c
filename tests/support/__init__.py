"""Helpers that several tests use. No test module imports another test module."""
