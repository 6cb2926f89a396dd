"""Signpost: official answers to citizens' questions, in the communities where they already talk."""
