"""Threads that only the two who write can read: sealed in their browsers, opaque here."""
