"""Composing: music data, networks, techniques, genres and the worker that runs them."""
