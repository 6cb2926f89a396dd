"""What the bot sends, edits and deletes, and how presses of its buttons are answered."""

from __future__ import annotations

import asyncio

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest

from connectors.fakes.telegram_server import FakeTelegram, Post
from tests.connectors.fake_telegram.conftest import Send

VOTES = InlineKeyboardMarkup([[InlineKeyboardButton("👍", callback_data="up")]])


async def test_a_reply_with_html_and_a_keyboard(telegram: FakeTelegram, bot: Bot) -> None:
    """The text is read as Telegram reads it, and the test sees what people would see."""
    question = telegram.say(telegram.user("Ann"), telegram.supergroup("Carers"), "what is smp", mention_bot=True)
    sent = await bot.send_message(
        question.chat.id,
        ' <b>£100 &amp; more</b> 🙂 <a href="https://www.gov.uk/x">gov.uk</a>\n',
        parse_mode="HTML",
        reply_parameters=ReplyParameters(question.id),
        link_preview_options=LinkPreviewOptions(is_disabled=True),
        reply_markup=VOTES,
    )
    post = await telegram.reply_to(question)
    assert sent.text == post.text == "£100 & more 🙂 gov.uk"
    marked = [(entity.type, sent.parse_entity(entity)) for entity in sent.entities]
    assert marked == [("bold", "£100 & more"), ("text_link", "gov.uk")]
    assert sent.reply_to_message and sent.reply_to_message.message_id == question.id
    assert post.buttons == {"👍": "up"} and post.link_preview == {"is_disabled": True}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("<b>open", "Can't find end tag corresponding to start tag"),
        ("<b><i>crossed</b></i>", 'Unmatched end tag at byte offset 13, expected "</i>", found "</b>"'),
        ("£ <p>a paragraph</p>", 'Unsupported start tag "p" at byte offset 3'),
        ("less < more", "Unclosed start tag at byte offset 5"),
        ("done</b>", "Unexpected end tag at byte offset 4"),
        ("<b>x</b y>", "Unclosed end tag at byte offset 4"),
        ('<span class="red">x</span>', 'must have class "tg-spoiler"'),
        ("<b> </b>", "message text is empty"),
        ("🙂" * 2049, "message is too long"),
    ],
)
async def test_texts_that_telegram_refuses(telegram: FakeTelegram, send: Send, text: str, error: str) -> None:
    """Nothing is posted, and the error is in Telegram's words."""
    with pytest.raises(BadRequest) as raised:
        await send(text, parse_mode="HTML")
    assert error.lower() in str(raised.value).lower()
    assert telegram.posts == []


async def test_the_length_of_a_text_is_that_without_markup(send: Send) -> None:
    """Tags and character references do not count as they are written."""
    post = await send(f"<i>{'&lt;' * 4096}</i>", parse_mode="HTML")
    assert post.text == "<" * 4096


@pytest.mark.parametrize(
    ("buttons", "error"),
    [
        ([[InlineKeyboardButton("x", callback_data="é" * 33)]], r"(?i)button_data_invalid"),
        ([[InlineKeyboardButton(" ", callback_data="x")]], "text must be non-empty"),
        ([[InlineKeyboardButton("x", callback_data="x")]] * 101, "too long"),
    ],
)
async def test_keyboards_that_telegram_refuses(
    send: Send, buttons: list[list[InlineKeyboardButton]], error: str
) -> None:
    """The data of a button is counted in bytes."""
    with pytest.raises(BadRequest, match=error):
        await send(reply_markup=InlineKeyboardMarkup(buttons))


async def test_a_reply_to_a_message_that_is_gone(telegram: FakeTelegram, send: Send) -> None:
    """It is refused, unless the bot says that it may go without."""
    question = telegram.say(telegram.user("Ann"), telegram.supergroup("Carers"), "what is smp", mention_bot=True)
    telegram.delete(question)
    with pytest.raises(BadRequest, match=r"[Mm]essage to be replied not found"):
        await send(chat=question.chat, reply_parameters=ReplyParameters(question.id))
    lenient = ReplyParameters(question.id, allow_sending_without_reply=True)
    assert (await send(chat=question.chat, reply_parameters=lenient)).reply_to == 0


async def test_an_edit_is_kept_beside_what_stands(bot: Bot, send: Send) -> None:
    """An edit that changes nothing is refused."""
    post = await send("first", reply_markup=VOTES)
    await bot.edit_message_text("second", post.chat.id, post.id, reply_markup=VOTES)
    with pytest.raises(BadRequest, match=r"[Mm]essage is not modified"):
        await bot.edit_message_text("second", post.chat.id, post.id, reply_markup=VOTES)
    await bot.edit_message_reply_markup(post.chat.id, post.id)
    assert (post.text, post.keyboard) == ("second", [])
    assert [(edit.text, bool(edit.keyboard)) for edit in post.edits] == [("second", True), ("second", False)]


async def test_what_can_not_be_edited(telegram: FakeTelegram, bot: Bot) -> None:
    """Neither what others wrote nor what is not there."""
    theirs = telegram.say(telegram.user("Ann"), telegram.supergroup("Carers"), "hello")
    with pytest.raises(BadRequest, match="can't be edited"):
        await bot.edit_message_text("mine", theirs.chat.id, theirs.id)
    with pytest.raises(BadRequest, match=r"[Mm]essage to edit not found"):
        await bot.edit_message_text("mine", theirs.chat.id, 999)


async def test_deleting(telegram: FakeTelegram, bot: Bot, send: Send) -> None:
    """A deleted post is still to be seen by the test; of several to be deleted the missing are skipped."""
    post = await send()
    assert await bot.delete_message(post.chat.id, post.id)
    assert post.is_deleted and telegram.posts == [post] and telegram.posts_in(post.chat) == []
    with pytest.raises(BadRequest, match=r"[Mm]essage to delete not found"):
        await bot.delete_message(post.chat.id, post.id)
    assert await bot.delete_messages(post.chat.id, [post.id, 999])


async def test_what_can_not_be_deleted(telegram: FakeTelegram, bot: Bot, send: Send) -> None:
    """Nothing older than two days, and what others wrote only by administrators."""
    post = await send()
    telegram.age(post, hours=49)
    with pytest.raises(BadRequest, match="can't be deleted for everyone"):
        await bot.delete_message(post.chat.id, post.id)
    theirs = telegram.say(telegram.user("Ann"), post.chat, "hello")
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(post.chat.id, theirs.id)
    telegram.promote(telegram.bot, post.chat)
    assert await bot.delete_message(post.chat.id, theirs.id)


async def test_a_press_is_answered(telegram: FakeTelegram, bot: Bot, send: Send) -> None:
    """Who presses gets the bot's word; nobody can press what is not there."""
    post = await send(reply_markup=VOTES)
    ann = telegram.user("Ann")
    press = asyncio.create_task(telegram.press(ann, post, "👍"))
    (update,) = await bot.get_updates(timeout=5)
    assert update.callback_query.data == "up" and update.callback_query.message.message_id == post.id
    await update.callback_query.answer("Thank you", show_alert=True)
    answer = await press
    assert (answer.text, answer.show_alert) == ("Thank you", True)
    with pytest.raises(AssertionError, match="no button"):
        await telegram.press(ann, post, "down")


async def test_a_press_on_an_old_message(telegram: FakeTelegram, bot: Bot, send: Send) -> None:
    """The bot gets no more of the message than its id, and must answer in time."""
    press = telegram.press(telegram.user("Ann"), await send(), "up", is_stale=True, is_gone=True, seconds=0.1)
    waiting = asyncio.create_task(press)
    (update,) = await bot.get_updates(timeout=5)
    assert not update.callback_query.message.is_accessible
    with pytest.raises(TimeoutError, match="not answered"):
        await waiting
    telegram.world.query_seconds = 0
    with pytest.raises(BadRequest, match=r"[Qq]uery is too old"):
        await update.callback_query.answer()


async def test_hundreds_of_chats_and_duplicates(telegram: FakeTelegram, send: Send) -> None:
    """A second reply that says the same is found, and each post is told to who listens."""
    heard: list[Post] = []
    telegram.on_post(heard.append)
    groups = [telegram.supergroup(f"Group {number}") for number in range(300)]
    ann = telegram.user("Ann")
    questions = [telegram.say(ann, group, "what is smp", mention_bot=True) for group in groups]
    assert telegram.unconfirmed == 300
    for question in [questions[0], questions[1], questions[0]]:
        await send(chat=question.chat, reply_parameters=ReplyParameters(question.id))
    assert telegram.duplicates() == [telegram.posts[2]] and len(telegram.replies_to(questions[0])) == 2
    assert heard == telegram.posts and telegram.counts["sendMessage"] == 3


async def test_waiting_for_a_post(telegram: FakeTelegram, send: Send) -> None:
    """One that is to come ends the wait; where none comes it ends by itself."""
    waiting = asyncio.create_task(telegram.next_post(lambda post: post.text == "second"))
    for text in ("first", "second"):
        await send(text)
    assert (await waiting).text == "second"
    assert (await telegram.posted(lambda post: post.text == "first")).text == "first"
    with pytest.raises(TimeoutError):
        await telegram.next_post(seconds=0.01)
