"""Plays a script, and tells what happens as it happens."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from connectors.fakes.scene.script import Script, Step
from connectors.fakes.scene.stages import Posted, Stage

LOOK_SECONDS = 0.05
MIN_WAIT_SECONDS = 0.6
"""The bot replies within milliseconds; after this long it has chosen to be silent."""


@dataclass(frozen=True)
class Happening:
    """Something to show: a note, a person's doing, or the bot's (a post, a change, a removal, a private word)."""

    kind: Literal["note", "person", "post", "edit", "removal", "word", "silence"]
    text: str
    who: str = ""
    where: str = ""
    labels: tuple[str, ...] = ()


Show = Callable[[Happening], None]


async def play(script: Script, stages: Mapping[str, Stage], show: Show, pause_seconds: float) -> None:
    """Play a script from its first step to its last, with a pause after each."""
    seen: dict[tuple[str, int], Posted] = {}
    await _watch(stages, seen, show, MIN_WAIT_SECONDS)
    for step in script.steps:
        if step.note:
            show(Happening("note", step.note))
            continue
        stage = stages[step.on]
        show(Happening("person", _doing(step), step.who, "in private" if step.private else stage.place))
        word = await _do(step, stage)
        if word:
            show(Happening("word", word, step.who))
        following = script.steps[script.steps.index(step) + 1 :][:1]
        wait = MIN_WAIT_SECONDS if following and following[0].soon else max(pause_seconds, MIN_WAIT_SECONDS)
        has_spoken = await _watch(stages, seen, show, wait)
        if not (has_spoken or word):
            show(Happening("silence", ""))


async def keep_watching(stages: Mapping[str, Stage], show: Show) -> None:
    """Show what the bot does from now on, until cancelled."""
    seen = {(stage.name, post.number): post for stage in stages.values() for post in stage.posted()}
    while True:
        await _watch(stages, seen, show, LOOK_SECONDS)


def _do(step: Step, stage: Stage) -> Awaitable[str]:
    if step.edits:
        return stage.edit(step.who, step.edits)
    if step.deletes:
        return stage.delete(step.who)
    if step.presses:
        return stage.press(step.who, step.presses)
    if step.sets:
        return stage.set_mode(step.who, step.sets)
    if step.private:
        return stage.say_privately(step.who, step.private)
    text = step.asks or step.replies or step.says
    return stage.say(step.who, text, addressed=bool(step.asks), replies=bool(step.replies))


def _doing(step: Step) -> str:
    if step.asks:
        return f"@Signpost {step.asks}"
    words = {
        "edits that to": step.edits,
        "replies to the bot": step.replies,
        "presses": step.presses,
        "chooses in the settings": step.sets,
    }
    doing = next((f"({what}: {text})" for what, text in words.items() if text), "")
    return doing or ("(deletes that)" if step.deletes else step.says or step.private)


async def _watch(stages: Mapping[str, Stage], seen: dict[tuple[str, int], Posted], show: Show, seconds: float) -> bool:
    """Show what the bot does for some time; whether it did anything."""
    has_spoken = False
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for stage in stages.values():
            for post in stage.posted():
                before = seen.get((stage.name, post.number))
                seen[stage.name, post.number] = post
                if happening := _change(before, post):
                    show(happening)
                    has_spoken = True
        await asyncio.sleep(LOOK_SECONDS)
    return has_spoken


def _change(before: Posted | None, post: Posted) -> Happening | None:
    if before == post:
        return None
    kind: Literal["post", "edit", "removal"] = "removal" if post.is_gone else "edit" if before else "post"
    return Happening(kind, post.text, where=post.where, labels=post.labels)
