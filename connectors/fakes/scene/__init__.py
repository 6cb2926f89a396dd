"""A scripted scene on the fake platforms: citizens, moderators and trolls, for `signpost demo`."""

from connectors.fakes.scene.history import ask_in_the_past, read_history
from connectors.fakes.scene.playing import Happening, keep_watching, play
from connectors.fakes.scene.script import Script, Step, read_script
from connectors.fakes.scene.stages import DiscordStage, Stage, TelegramStage

__all__ = [
    "DiscordStage",
    "Happening",
    "Script",
    "Stage",
    "Step",
    "TelegramStage",
    "ask_in_the_past",
    "keep_watching",
    "play",
    "read_history",
    "read_script",
]
