"""What docs/administrator.md shows is true: its tables apply as they stand, and apply says what the page says."""

import re
from pathlib import Path

from centre.plan import change_lines, plan
from centre.reader import read_centre
from sambut.announcements import announcements_in
from sambut.commands.hash_pin import pin_hash_of
from sambut.demo.sample_centre import AGENT_IDS, demo_centre
from sambut.settings import Settings

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = (ROOT / "docs" / "administrator.md").read_text(encoding="utf-8")
SAMPLE = demo_centre(dict.fromkeys(AGENT_IDS, pin_hash_of("246810")))


def test_the_tables_of_the_page_apply_to_the_sample_centre() -> None:
    tables = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)

    made = read_centre("\n".join([SAMPLE, *tables]), announcements=announcements_in(ROOT / "asterisk_conf" / "sounds"))

    assert len(tables) > 3
    assert {"counter", "office"} <= {hours.id for hours in made.hours}
    assert "permits" in {flow.id for flow in made.flows}


def test_the_page_shows_what_apply_says() -> None:
    changed = SAMPLE.replace("wait_s_max = 120", "wait_s_max = 180", 1)
    listed = 'numbers = [{ number = "+628111690666"'
    changed = changed.replace(
        listed, listed.replace("[", '[{ number = "+628111690777", reason = "Harasses agents" }, ')
    )
    made = plan(read_centre(SAMPLE), changed, None)
    assert "\n".join(change_lines(made)) in PAGE

    (problem,) = plan(read_centre(SAMPLE), SAMPLE.replace('queue = "english"', 'queue = "englsh"'), None).problems
    assert f"{problem}"[len("line 000:") :] in PAGE


def test_the_code_that_agents_dial_is_the_usual_one() -> None:
    assert f"`{Settings(base_dir=Path()).phones.login}`" in PAGE
