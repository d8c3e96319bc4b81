"""What a plan reaches and what it misses, by first cause."""
