"""The methods of the Bot API that this server models."""

from connectors.fakes.telegram_server.methods import callbacks, chats, commands, messages, updates
from connectors.fakes.telegram_server.methods.registry import METHODS

__all__ = ["METHODS", "callbacks", "chats", "commands", "messages", "updates"]
