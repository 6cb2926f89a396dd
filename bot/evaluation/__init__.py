"""How good a release is, on questions that it has never seen."""
