"""One question as a frozen value, its answer, and the comparison of answers."""
