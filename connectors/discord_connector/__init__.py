"""Discord: the one place that knows discord.py."""

from connectors.discord_connector.connector import DiscordConnector

__all__ = ["DiscordConnector"]
