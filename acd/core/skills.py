"""Skills: what an interaction needs, what an agent can, and whether the one meets the other."""

from acd.core.reasons import Filter
from acd.core.settings import Requirement
from kernel.ids import SkillId

Requirements = tuple[Requirement, ...]
"""Sorted by skill id, one each."""

Skills = tuple[tuple[SkillId, int], ...]
"""An agent's skills with their proficiency."""


def merge(queue: Requirements, added: Requirements) -> Requirements:
    """Both together; where both name a skill, the higher level wins."""
    level_min: dict[SkillId, int] = {}
    for requirement in (*queue, *added):
        level_min[requirement.skill_id] = max(requirement.level_min, level_min.get(requirement.skill_id, 0))
    return tuple(Requirement(skill_id=skill_id, level_min=level_min[skill_id]) for skill_id in sorted(level_min))


def may_take(skills: Skills, requirements: Requirements) -> bool:
    """Whether an agent with those has every skill that is needed, at the level that is needed."""
    level = dict(skills)
    return all(level.get(requirement.skill_id, 0) >= requirement.level_min for requirement in requirements)


def skill_filters(skills: Skills, requirements: Requirements) -> tuple[Filter, ...]:
    """What ``may_take`` asks, one filter for each skill that is needed: all of them pass exactly where it says yes."""
    level = dict(skills)
    return tuple(
        Filter(
            name=f"skill {requirement.skill_id}",
            passed=level.get(requirement.skill_id, 0) >= requirement.level_min,
            needed=str(requirement.level_min),
            found=str(level[requirement.skill_id]) if requirement.skill_id in level else "none",
        )
        for requirement in requirements
    )
