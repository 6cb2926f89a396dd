"""Where messages come from and replies go to. A connector knows bot.messages and bot.errors, nothing else of ours."""
