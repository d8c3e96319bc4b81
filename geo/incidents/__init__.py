"""Files as received become incidents: every row accepted, quarantined or refused, nothing lost."""
