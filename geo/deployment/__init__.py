"""What the scheme did: shifts, crews, contact modes, outcomes."""
