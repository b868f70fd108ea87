"""Pages of the care team."""
