"""Questions that have no good answer, grouped by meaning, and what officials do with them."""
