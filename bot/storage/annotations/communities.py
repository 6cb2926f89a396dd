"""What is held of communities and their moderators."""

from bot.storage.annotations.terms import FOR_GOOD, MODERATORS, NOBODY, NONE, OFFICIALS, Column, Personal, Table, plain

PLATFORM_ID, ACT = Personal.PLATFORM_ID, Personal.ACT
BASIS = "legitimate interest: moderators decide how the bot behaves in their community"

COMMUNITIES = {
    "communities": Table(
        "Communities", "Where the bot is a guest.", NONE, FOR_GOOD, OFFICIALS,
        plain(
            platform="Discord or Telegram", community="The server or group", name="Its name", joined_at="Since when",
            left_at="Until when",
        ),
    ),
    "settings_changes": Table(
        "Settings", "What moderators have settled. The last change of a setting is what holds.", BASIS,
        "old settings", f"{MODERATORS}; {OFFICIALS}, without who did it",
        {
            **plain(
                id="Number", platform="Where", community="Where", channel="Where; empty for all of it",
                name="Which setting",
            ),
            "value": Column(
                "What was chosen: a channel for alerts may be a moderator's own private chat", PLATFORM_ID,
                "while it holds; old settings",
            ),
            "changed_at": Column("When", ACT),
            "changed_by": Column(
                "Which moderator, for the other moderators to see", PLATFORM_ID, "moderators", MODERATORS
            ),
        },
    ),
    "notices": Table(
        "Explanations", "What has been explained in a community is not explained twice.", NONE,
        "until the bot leaves", NOBODY,
        plain(platform="Where", community="Where", channel="Where", notice="What", told_at="When"),
    ),
    "digests": Table(
        "Digests", "What staff of a community were shown of new themes, each theme once.", BASIS, FOR_GOOD,
        f"{MODERATORS} and its staff",
        {
            **plain(id="Number", platform="Where", community="Where"),
            "channel": Column("Where: a moderator's own private chat, if they chose so", PLATFORM_ID, "staff channels"),
            **plain(made_at="When"),
        },
    ),
    "digest_themes": Table(
        "Themes in digests", "Which themes were shown.", NONE, FOR_GOOD, NOBODY,
        plain(digest_id="In which digest", theme_id="Which theme"),
    ),
}  # fmt: skip
"""Tables by name."""
