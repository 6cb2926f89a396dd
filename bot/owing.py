"""What is owed to the platform for a response."""

from __future__ import annotations

from bot import wording
from bot.deliveries import Action, Owed
from bot.messages import Message, Outcome, Reply, Response
from bot.places import ChannelSettings, Place


def owed_for(message: Message, response: Response, here: ChannelSettings, replaces: int = 0) -> tuple[Owed, ...]:
    """The reply, and an alert to moderators where one is called for, not yet recorded (their ids are 0).

    `replaces` is what was owed before: its post is edited, or removed where there is nothing to say any more.
    """
    owed = []
    urgent = response.outcome is Outcome.URGENT_HELP
    if response.reply:
        # Urgent help is a post of its own: an edit tells nobody that it is there.
        replaces = 0 if urgent else replaces
        action = Action.EDIT if replaces else Action.POST
        owed.append(
            Owed(0, message.place, action, response.reply, message.message_id, replaces, is_urgent=urgent, keeps=urgent)
        )
    elif replaces and message.is_edit:
        owed.append(Owed(0, message.place, Action.REMOVE, replaces=replaces))
    if response.alert_moderators and here.alerts_channel and message.community:
        owed.append(_alert(message, here.alerts_channel))
    return tuple(owed)


def _alert(message: Message, channel: str) -> Owed:
    """An alert leads to the message and quotes nothing of it."""
    place = Place(message.platform, message.community, channel)
    link = message.link or wording.NO_LINK
    reply = Reply(body=wording.ALERT.format(link=link), title=wording.ALERT_TITLE)
    return Owed(0, place, Action.POST, reply, is_urgent=True, keeps=True)
