"""The care team: whom a person lets in, who answers them, and what they do together."""
