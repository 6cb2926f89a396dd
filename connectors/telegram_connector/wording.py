"""What the bot says on Telegram besides its replies: in commands, menus and the settings panel."""

from __future__ import annotations

START = (
    "Hello. I'm Signpost, an automated service. Ask me about benefits, work, tax, pensions, housing, health, schools "
    "and more, in your own words, and I'll show you the official answer with its source.\n\n"
    "Please don't send personal details: I don't need them.\n\n{commands}"
)
PRIVATE_COMMANDS = (
    "/topics – browse the answers\n"
    "/mydata – see what is held about you\n"
    "/forgetme – erase what is held about you\n"
    "/help – this message"
)
GROUP_HELP = (
    "I answer questions with official information. Ask with /ask and your question, or reply to me. "
    "/topics shows what I know about, and /mydata what is held about you. ✕ under a reply removes it. "
    "Administrators choose with /settings when I may speak."
)
ASK_HINT = "Write your question after the command, for example: /ask how much is maternity pay"
OPEN_PRIVATE_CHAT = "I can only show you that in private. Open a private chat with me, press Start and try again there."
OPEN = "Open the private chat"
TOPICS_PRIVATE = "You can browse all answers in a private chat with me."
TOPICS = "What is it about?"
SERVICE = "<b>{title}</b>\nWhich of these?"
NO_SUCH_ANSWER = "That answer has been withdrawn."
NOT_YOUR_MENU = "This menu belongs to somebody else. Send /topics for one of your own."
BACK = "‹ Back"

FORGET = (
    "Shall I erase what is held about you? Your questions stay in the statistics without anything that leads back to "
    "you. This can't be undone."
)
FORGET_YES, FORGET_NO = "Yes, erase it", "No"
FORGET_KEPT = "Nothing was erased."

SETTINGS_ONLY_IN_GROUPS = "Send /settings in the group that you want to change. Only its administrators can."
ONLY_ADMINISTRATORS = "Only administrators of this group can change that."
ALERTS_NAMED = "Alerts of emergencies from that group will now come here: a link, and no text."
DIGEST_NAMED = "What people ask in that group that has no answer yet will now come here, at most once an hour."
ALERTS_REFUSED = (
    "Only somebody who is an administrator of that group, and of this one, can have that sent here. "
    "Anonymous administrators can't be checked: post as yourself."
)
SAVED = "Saved."

COMMANDS = {
    "ask": "Ask a question",
    "topics": "Browse the answers",
    "mydata": "See what is held about you",
    "forgetme": "Erase what is held about you",
    "help": "What I can do",
    "settings": "When and where I may speak",
}
"""Commands with their descriptions in the menu."""
