"""The web console, in which officials and editors turn unanswered questions into answers."""
