"""The table of node kinds: to add one, write its file and add its row. Pure."""

from ivr.core.nodes.callback import CALLBACK
from ivr.core.nodes.caller_list import CALLER_LIST
from ivr.core.nodes.collect import COLLECT
from ivr.core.nodes.enqueue import ENQUEUE
from ivr.core.nodes.hangup import HANGUP
from ivr.core.nodes.hours import HOURS
from ivr.core.nodes.kind import AnyKind
from ivr.core.nodes.menu import MENU
from ivr.core.nodes.play import PLAY
from ivr.core.nodes.set_variables import SET
from ivr.core.nodes.start import START
from ivr.core.nodes.transfer_number import TRANSFER_NUMBER

KINDS: dict[str, AnyKind] = {
    kind.name: kind
    for kind in (START, PLAY, MENU, COLLECT, SET, HOURS, CALLER_LIST, ENQUEUE, CALLBACK, TRANSFER_NUMBER, HANGUP)
}
