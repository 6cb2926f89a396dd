"""A scripted scene on the fake platforms: citizens, moderators and trolls, for `signpost demo`."""

from connectors.fakes.scene.playing import Happening, play
from connectors.fakes.scene.script import Script, Step, read_script
from connectors.fakes.scene.stages import DiscordStage, Stage, TelegramStage

__all__ = ["DiscordStage", "Happening", "Script", "Stage", "Step", "TelegramStage", "play", "read_script"]
