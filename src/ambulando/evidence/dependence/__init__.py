"""Effects that belong together: three levels, several outcomes, shared controls, and tests that are robust to all of it."""
