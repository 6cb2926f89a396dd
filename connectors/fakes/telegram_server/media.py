"""What a message holds besides text."""

from __future__ import annotations

from connectors.fakes.telegram_server.people import Json


def sticker(emoji: str = "👍") -> Json:
    """A message's sticker."""
    thumbnail = _file("AAMCBAAD-thumb", width=320, height=320)
    sticker = _file("CAACAgQAAxkBAAIB", width=512, height=512, emoji=emoji, set_name="HotCherry", type="regular")
    flags = {"is_animated": False, "is_video": False}
    return {"sticker": {**sticker, **flags, "thumbnail": thumbnail, "thumb": thumbnail}}


def photo() -> Json:
    """A message's photo, in its sizes."""
    sizes = ((90, 67), (320, 240), (800, 600))
    return {"photo": [_file(f"AgACAgQAAxkBAAIC-{width}", width=width, height=height) for width, height in sizes]}


def voice(seconds: int = 3) -> Json:
    """A message's voice note."""
    return {"voice": _file("AwACAgQAAxkBAAID", duration=seconds, mime_type="audio/ogg")}


def document(name: str = "letter.pdf") -> Json:
    """A message's file."""
    return {"document": _file("BQACAgQAAxkBAAIE", file_name=name, mime_type="application/pdf")}


def _file(file_id: str, **details: object) -> Json:
    return {"file_id": file_id, "file_unique_id": f"u-{file_id}", "file_size": 12_345, **details}
