"""Slack's errors as the port's (the page of each method in Slack's documentation, "Errors")."""

from collections.abc import Mapping
from typing import Any

from bot.chat import FileRefused, MessageGone, PlaceClosed, Refused, Unreachable

GONE = {"message_not_found", "cant_update_message", "cant_delete_message", "edit_window_closed"}
GONE |= {"thread_not_found", "cannot_reply_to_message"}  # what was to be answered was deleted
TOO_LARGE = {"file_upload_size_restricted", "storage_limit_reached", "file_type_not_allowed", "file_uploads_disabled"}
TOO_LARGE |= {"file_uploads_except_images_disabled", "blocked_file_type"}
NOT_A_MEMBER = "I am not in this channel: invite me with /invite and my name, then try again."
CLOSED = {
    "not_in_channel": NOT_A_MEMBER,
    "channel_not_found": NOT_A_MEMBER,  # said of private channels too
    "is_archived": "The channel is archived: open it again, or try elsewhere.",
    "restricted_action": "Only some people may post in this channel: ask an admin to let me, or try elsewhere.",
    "restricted_action_read_only_channel": "This channel is read-only for me: ask an admin, or try elsewhere.",
    "restricted_action_thread_only_channel": "Only threads are allowed in this channel: ask in one.",
    "restricted_action_thread_locked": "The thread is locked: ask outside it.",
    "restricted_action_non_threadable_channel": "This channel has no threads: ask elsewhere.",
    "posting_to_channel_denied": "I may not post in this channel: ask an admin to let me, or try elsewhere.",
    "messages_tab_disabled": "My messages tab is off: whoever made the app switches it on under App Home.",
    "cannot_dm_bot": "I cannot write to bots.",
    "user_disabled": "That account is closed.",
    "user_not_found": "I do not see that account.",
    "user_not_visible": "I do not see that account.",
    "user_not_in_channel": "They are not in that channel.",
    "app_access_restricted": "An admin has restricted this app: ask them to approve it.",
    "access_denied": "I have no access there: ask an admin.",
    "ekm_access_denied": "An admin has suspended posting there.",
}
AGAIN = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited"}
LATER = AGAIN | {"file_update_failed", "update_failed", "team_added_to_org", "org_login_required"}
NEVER = {
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_too_long",
    "msg_blocks_too_long",
    "no_text",
    "invalid_arguments",
}
NEVER |= {"invalid_arg_name", "view_too_large", "markdown_text_conflict"}
DEAD_TOKENS = {"account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "team_not_found"}


class SlackRefused(Exception):
    """Slack said no; ``error`` is its word for why, ``needed`` the scopes that it names."""

    def __init__(self, method: str, answer: Mapping[str, Any], status: int = 200) -> None:
        self.error, self.needed = str(answer.get("error", status)), str(answer.get("needed", ""))
        self.status = status
        super().__init__(f"{method}: {self.error} {self.needed}".strip())


def translate(refused: SlackRefused) -> Exception:
    """Return the port's error for one of Slack's, or the same one if it has no meaning there."""
    if refused.error in GONE:
        return MessageGone(str(refused))
    if refused.error in TOO_LARGE:
        return FileRefused(str(refused))
    if refused.error in CLOSED:
        return PlaceClosed(CLOSED[refused.error])
    if refused.error == "missing_scope":
        return lacking_scopes(refused.needed)
    if refused.error in DEAD_TOKENS:
        return PlaceClosed("I am not installed in that workspace any more: install me again.")
    if refused.error in NEVER:
        return Refused(str(refused))
    if refused.error in LATER or refused.status == 429 or refused.status >= 500:
        return Unreachable(str(refused))
    return refused


def lacking_scopes(needed: str) -> PlaceClosed:
    """Say which scopes are missing, and how they come."""
    names = needed.replace(",", ", ")
    return PlaceClosed(f"I lack the permission **{names}**: whoever manages this app adds the scope and reinstalls it.")


TROUBLE = (SlackRefused, PlaceClosed, MessageGone, FileRefused, Refused, Unreachable)
"""Everything by which a call may end."""
