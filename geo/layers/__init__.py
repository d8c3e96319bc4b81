"""Map layers: they draw what is already computed and compute nothing."""
