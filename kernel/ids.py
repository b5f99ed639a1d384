"""Identifiers: one type per thing, so that a queue can never be passed where an agent is meant."""

from typing import NewType

InteractionId = NewType("InteractionId", str)
"""One customer's contact. Made by the dialplan from the caller's channel: ``c<epoch>-<n>``."""

AgentId = NewType("AgentId", str)
"""A person who answers, as named in the centre file."""

QueueId = NewType("QueueId", str)
SkillId = NewType("SkillId", str)
GroupId = NewType("GroupId", str)
"""Agents who serve the same queues."""

DeviceId = NewType("DeviceId", str)
"""A phone (any place an agent can sit). Never the agent: seating is free."""

ReservationId = NewType("ReservationId", str)
"""One interaction held for one agent. Computed by the core: ``<interaction id>-r<n>``."""

CallLegId = NewType("CallLegId", str)
"""One Asterisk channel's unique id."""

TrunkId = NewType("TrunkId", str)
RouteId = NewType("RouteId", str)
"""A rule of the centre: which numbers outside may be called, and by which trunks."""

Did = NewType("Did", str)
"""A number of ours that callers dial."""

FlowId = NewType("FlowId", str)
NodeId = NewType("NodeId", str)
HoursId = NewType("HoursId", str)
CallerListId = NewType("CallerListId", str)

PromptId = NewType("PromptId", str)
"""An announcement by name, without folder, language or file ending."""
