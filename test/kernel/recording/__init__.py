"""Recordings from Python: apart from the kernel, and with fixtures of their own."""
