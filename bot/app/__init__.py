"""The only place where the parts are built and joined."""

from bot.app.project import Project, as_text, open_project

__all__ = ["Project", "as_text", "open_project"]
