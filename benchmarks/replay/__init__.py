"""A month's consultation in minutes: who asks and votes, the bot that answers them, and what must add up."""
