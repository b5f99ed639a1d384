"""How an AMI action can fail. Every failure says whether Asterisk may have acted."""

from telephony.ami.wire import Reply


class AmiFailure(Exception):
    """The root of all failures of an action."""


class LinkLost(AmiFailure):
    """The link was down or went down before the answer: Asterisk may or may not have acted.

    Nothing is sent again. The owner resyncs and decides anew.
    """


class ActionTimedOut(AmiFailure):
    """No answer in time although the link stands: Asterisk may or may not have acted."""


class TooManyPending(AmiFailure):
    """So many actions wait for their answer that this one was not written."""


class ActionRefused(AmiFailure):
    """Asterisk answered with an error: it did not act. `reply` holds its words."""

    def __init__(self, action_name: str, reply: Reply) -> None:
        super().__init__(f"{action_name} refused: {reply.text}")
        self.action_name = action_name
        self.reply = reply
