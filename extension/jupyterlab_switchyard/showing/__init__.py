"""A payload as one notebook output: itself, a picture and a table of text."""
