"""Write docs/centre-file.md anew: ``python -m tests.centre.write_reference``."""

from pathlib import Path

from centre.reference import reference_page

PAGE = Path(__file__).parents[2] / "docs" / "centre-file.md"

if __name__ == "__main__":
    PAGE.write_text(reference_page(), encoding="utf-8")
