"""How a FastAGI session can fail, beside the caller hanging up (ivr.ports.CallerGone)."""


class AgiFailure(Exception):
    """The root of all failures of a session that are not the caller's hanging up."""


class BadRequest(AgiFailure):
    """The opening block is not what Asterisk writes: cut short, too long, repeated or misplaced headers."""


class AgiBroken(AgiFailure):
    """Asterisk's answers no longer fit our commands; the session cannot go on."""


class AgiTimedOut(AgiFailure):
    """No answer in time; the session cannot go on, since the answer may still come."""


class CommandRefused(AgiFailure):
    """Asterisk does not know the command (510) or its arguments (520). The session goes on."""


class CommandFailed(AgiFailure):
    """The command failed (result -1, or -2 for an unknown application) on a live channel. The session goes on."""
