"""What is changed about grants."""
