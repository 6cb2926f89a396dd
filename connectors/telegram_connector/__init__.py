"""Telegram, by python-telegram-bot: the only package that imports it."""

from connectors.telegram_connector.connector import TelegramConnector
from connectors.telegram_connector.limits import Limits
from connectors.telegram_connector.webhook import Webhook

__all__ = ["Limits", "TelegramConnector", "Webhook"]
