"""Search: where a base does most good."""
