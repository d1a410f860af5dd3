"""Follows the routers of a running model by its forward hooks."""
