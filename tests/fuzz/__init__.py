"""Everything that eats text from outside is fed with junk: it takes it, or refuses it in one sentence, in little time.

`uv run pytest tests/fuzz --hypothesis-profile=long` tries far more of it than the tests do by themselves.
"""
