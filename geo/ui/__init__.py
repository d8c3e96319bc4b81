"""Pages: they ask and show; nothing is computed here."""
