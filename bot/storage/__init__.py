"""What is kept on disk: all SQL of the project, in SQLite."""
