"""A digest of new themes, as staff see it on each platform, and what they press under it."""

from __future__ import annotations

from bot.deliveries import Action, Button, ButtonKind, Owed, Pressed
from bot.messages import Reply, StaffAction
from bot.places import Place
from connectors.fakes.discord_server import MODERATOR, Channel, FakeDiscord, Guild
from tests.connectors import discord_bench
from tests.connectors.telegram_bench import bench

LINK = StaffAction("1 Open", theme=7, url="https://console.example.org/themes/7")
DIGEST = Reply(
    "**1.** “how do i vote”",
    "New questions",
    actions=(
        LINK,
        *(StaffAction(f"1 {label}", verb, 7, 3) for label, verb in (("Assign to me", "mine"), ("Not for us", "not"))),
        StaffAction("2 Assign to me", "mine", 8, 3),
    ),
)
IN_HAND = Pressed("Yours now.", Reply("**1.** “how do i vote” In hand.", "New questions", actions=(LINK,)))
ASSIGN = Button(ButtonKind.ASSIGN, theme=7, digest=3)
LABELS = ["1 Open", "1 Assign to me", "1 Not for us", "2 Assign to me"]


async def test_on_discord(discord: FakeDiscord, guild: Guild, general: Channel) -> None:
    """It has its buttons and no others; what is pressed is handed over, and the digest shows what it came to."""
    mod = discord.user("mod", guild, [discord.role(guild, "mods", MODERATOR)])
    made = discord_bench.Bench()
    made.outbox.waiting = [Owed(1, Place("discord", guild.id, general.id), Action.POST, DIGEST)]
    made.handler.pressed = IN_HAND
    async with discord_bench.connected(discord, made):
        digest = await discord.post(lambda post: "how do i vote" in post.text)
        rows = [[part["label"] for part in row["components"]] for row in digest.payload["components"]]
        assert rows == [LABELS[:3], LABELS[3:]]
        answer = await discord.press(mod, digest, "1 Assign to me")
        await discord_bench.until(lambda: answer.followups)
        (press,) = made.handler.presses
        assert press.button == ASSIGN and press.author_is_moderator
        assert "Yours now." in answer.followups[0].text and "In hand." in digest.text and digest.labels == ["1 Open"]


async def test_on_telegram() -> None:
    """The same; the link is none of the buttons that are handed back."""
    async with bench() as b:
        place = Place("telegram", str(b.group.id), str(b.group.id))
        await b.owe(Owed(0, place, Action.POST, DIGEST))
        digest = b.telegram.posts[-1]
        assert list(digest.buttons) == LABELS[1:]
        b.handler.pressed["mine"] = IN_HAND
        answer = await b.telegram.press(b.ann, digest, "1 Assign to me")
        await b.telegram.until(lambda: "In hand." in digest.text)
        assert b.handler.presses[0].button == ASSIGN and b.handler.presses[0].author_is_moderator
        assert answer.text == "Yours now." and not digest.buttons
