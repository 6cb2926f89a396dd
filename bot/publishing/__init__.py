"""From a draft to a release: files, warnings, candidates, approval and going live."""
