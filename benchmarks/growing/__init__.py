"""How the cost of an answer grows with the log and with the number of answers."""
