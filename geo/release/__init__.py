"""What may leave the building, and the files that carry it."""
