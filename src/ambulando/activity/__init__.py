"""What a body does: the catalogue of activities, bouts, their dose, and recordings of devices."""
