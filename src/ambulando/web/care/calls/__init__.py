"""Calls between a person and somebody whom they let in: voice and video, at once or as planned."""
