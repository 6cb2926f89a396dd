"""Every fixed sentence that only Discord's commands, menus and panel say."""

from __future__ import annotations

from bot.messages import Outcome

HELP = (
    "I match questions about benefits, work, tax, housing, health, schools, documents and voting to official answers "
    "that people have written and checked. I'm not a person, and I can't see anybody's records.\n\n"
    "**Ask** by mentioning me, by replying to me, with `/ask`, or in a direct message. Where moderators allow it, I "
    "also answer questions that I overhear.\n"
    "**Browse** every answer with `/topics`.\n"
    "**Remove** a reply with the ✕ under it: the person who asked can, and so can moderators.\n"
    "**Your data**: `/mydata` shows what is held about you, `/forgetme` erases it.\n\n"
    "Please don't post personal details. In an emergency call **999**."
)

SWITCHED_OFF = "I've been switched off in this channel. You can message me directly."
SILENCE = {
    Outcome.IGNORED_MUTED: SWITCHED_OFF,
    Outcome.IGNORED_COOLDOWN: "I answered here a moment ago. Please try again shortly, or message me directly.",
    Outcome.IGNORED_DUPLICATE: "I have just answered that here.",
    Outcome.IGNORED_STAFF_TALKING: "Staff are answering here just now. You can message me directly.",
    Outcome.IGNORED_EMPTY: "Please ask in words.",
}
NO_ANSWER = "I have nothing to add here. You can message me directly."
POSTED_ABOVE = "I've put the answer into the channel."
FAILED = "Sorry, something went wrong here. Please try again in a few minutes."

CHOOSE_SERVICE = "What is it about?"
CHOOSE_ANSWER = "Choose an answer"
CHOOSE_ANSWER_IN = "Answers about {service}:"
WITHDRAWN = "That answer has been withdrawn."
FORGET = "Erase everything that is held about you? This can't be undone."
FORGET_YES = "Erase it"
FORGET_NO = "Keep it"
KEPT = "Nothing was erased."

NOT_ALLOWED = "Only those who may manage this server can change this."
