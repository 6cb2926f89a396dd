"""A Telegram Bot API server on loopback, for tests, benchmarks and `signpost demo`.

    async with FakeTelegram() as telegram:
        # The bot under test uses telegram.token and telegram.api_base (which stands for https://api.telegram.org;
        # python-telegram-bot's base_url is f"{telegram.api_base}/bot").
        ann = telegram.user("Ann")
        group = telegram.supergroup("Carers", creator=ann)
        question = telegram.say(ann, group, "how much is carers allowance", mention_bot=True)
        post = await telegram.reply_to(question)
        answer = await telegram.press(ann, post, "👍")

People and chats: `user`, `private_chat`, `group`, `supergroup`, `forum`, `topic`, `channel`, `join`, `leave`,
`promote`, `demote`, `restrict` (`telegram.bot` too), `set_permissions`, `add_bot`, `remove_bot`, `block`, `unblock`,
`migrate`, `delete_chat`, `close_topic`, `delete_topic`, `pin`, `rename`. What they do: `say`, `show`, `start`, `edit`,
`delete`, `press`, `forward_to_discussion`; a sender may be a chat. `inject` queues an update as it is written, and
`world.updates.inject_raw` anything at all.

Looking: `posts`, `posts_in`, `replies_to`, `duplicates`, `calls`, `counts`, `violations`, `conflicts`, `commands`,
`unknown`, `unconfirmed`. Waiting: `reply_to`, `posted`, `next_post`, `until`, `caught_up`. A message's `update` is None
where the bot was not told of it (privacy mode); `update.handed_at` and a post's `at` are readings of time.monotonic.

What goes wrong: `telegram.faults` (shares of all calls, delays, `plan` for the next call of a method),
`drop_connections`; `telegram.limits` records what breaks the flood limits, and answers it with a 429 if told.

What the server does not know (a method, a parameter) is refused, and raises AssertionError when the context is left.
The state is in this process: a bot that is killed gets its unconfirmed updates again.
"""

from connectors.fakes.telegram_server.chats import Chat, Kind, Topic
from connectors.fakes.telegram_server.fake import FakeTelegram
from connectors.fakes.telegram_server.faults import Fault, Faults
from connectors.fakes.telegram_server.flood import FloodLimits
from connectors.fakes.telegram_server.messages import Edit, Message, Post
from connectors.fakes.telegram_server.people import User
from connectors.fakes.telegram_server.recording import Call, Violation
from connectors.fakes.telegram_server.rights import Member, Status
from connectors.fakes.telegram_server.updates import Update
from connectors.fakes.telegram_server.world import Answer

__all__ = [
    "Answer",
    "Call",
    "Chat",
    "Edit",
    "FakeTelegram",
    "Fault",
    "Faults",
    "FloodLimits",
    "Kind",
    "Member",
    "Message",
    "Post",
    "Status",
    "Topic",
    "Update",
    "User",
    "Violation",
]
