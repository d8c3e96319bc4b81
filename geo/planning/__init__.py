"""Search: where and when cars do most good, and what more weeks of recording would be worth."""
