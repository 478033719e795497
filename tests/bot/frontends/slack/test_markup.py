"""What is written: Slack's markup, blocks that its schema takes, texts for who sees none."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Button, Choice, OutFile, Reply, Select, Sent
from bot.frontends.slack_parts.markup import Markup, escape, unescape
from bot.frontends.slack_parts.writing import blocks, cut, message, options
from tests.fakes.slack import rules

ANN = Markup("U0ANN", "tutti-", frozenset({"compose", "show"}))
TEXTS = st.text(max_size=300) | st.text("*_~`<>&|-# \n@!/compose", max_size=300)


def test_emphasis_and_code_are_slacks_own():
    said = ANN.mrkdwn("**bold** and *leaning* `**code** <b>` 2 * 3 * 4 **a** *b*")
    assert said == "*bold* and _leaning_ `**code** &lt;b&gt;` 2 * 3 * 4 *a* _b_"


def test_only_the_asker_and_channels_are_mentioned():
    said = ANN.mrkdwn("<@U0ANN> <@U0BOB> <#C0MUSIC> <!channel> <!subteam^S1> <https://evil|x>")
    assert said == ("<@U0ANN> &lt;@U0BOB&gt; <#C0MUSIC> &lt;!channel&gt; &lt;!subteam^S1&gt; &lt;https://evil|x&gt;")


def test_commands_are_called_by_their_names_here():
    assert ANN.mrkdwn("try `/compose` or /show, not /showy, a/compose or https://x/show") == (
        "try `/tutti-compose` or /tutti-show, not /showy, a/compose or https://x/show"
    )


@given(TEXTS)
def test_nothing_that_is_said_becomes_a_link_or_a_mention_of_others(text):
    assert re.findall(r"<[^#]", ANN.mrkdwn(text).replace("<@U0ANN>", "")) == []


@given(TEXTS)
def test_what_is_escaped_is_read_back(text):
    assert unescape(escape(text)) == text


@given(st.text("ab&<>", max_size=60), st.integers(1, 40))
def test_a_cut_text_is_no_longer_and_ends_in_no_half_sign(text, most):
    shown = cut(escape(text), most)
    assert len(shown) <= most and not re.search(r"&(?!amp;|lt;|gt;)", shown)


actions = st.text("abc 0123-", min_size=1, max_size=40)
words = st.text(max_size=120)
buttons = st.builds(Button, words, actions, st.sampled_from(["plain", "primary", "danger"]))
choices = st.builds(Choice, st.text("abc", max_size=90), words, words)
rows = st.one_of(
    st.lists(buttons, min_size=1, max_size=5, unique_by=lambda one: one.action).map(tuple),
    st.builds(Select, words, actions, st.lists(choices, max_size=30).map(tuple)),
)
replies = st.builds(Reply, TEXTS | st.text(max_size=9000), rows=st.lists(rows, max_size=4).map(tuple))


@given(replies)
def test_every_reply_makes_blocks_that_slack_takes_and_a_text(reply):
    said = message(reply, ANN)
    assert rules.message_problems(said["text"], said["blocks"], rules.UPDATE_CHARS) == []


def test_small_print_is_small_and_rows_follow_the_text():
    reply = Reply("one\n-# small\ntwo", rows=((Button("Go", "go 1", "danger"),), Select("Pick …", "pick", ())))
    kinds = [block["type"] for block in blocks(reply, ANN)]
    assert kinds == ["section", "context", "section", "actions"]  # no menu without choices


def test_without_a_text_the_files_names_are_read():
    said = message(Reply("", (OutFile("a.ogg", b""), OutFile("b.png", b"", "a roll"))), ANN, pictures=("F1",))
    assert said["text"] == "a.ogg, b.png"
    assert said["blocks"][-1]["slack_file"] == {"id": "F1"}


def test_a_picture_says_what_it_shows():
    (block,) = [one for one in message(Reply("x", (OutFile("b.png", b"", "a roll"),)), ANN, pictures=("F1",))["blocks"]
                if one["type"] == "image"]  # fmt: skip
    assert block["alt_text"] == "a roll"


def test_a_button_that_leads_somewhere_is_a_link():
    there = Sent("C1", "1.2", "https://a.slack.com/archives/C1/p12")
    (block,) = blocks(Reply("", rows=((Button("Play", "play x", leads_to=there),),)), ANN)
    assert block["elements"][0]["url"] == there.link and block["elements"][0]["action_id"] == "open 1.2"


def test_a_menu_has_each_value_once():
    shown = options([Choice("a", "A"), Choice("b", "B"), Choice("a", "again"), Choice("", "nothing")])
    assert [one["value"] for one in shown] == ["a", "b"]
