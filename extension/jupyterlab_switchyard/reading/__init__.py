"""Routing that others have written."""
