"""Facts and assumptions of the response model, as data."""
