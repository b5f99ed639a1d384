"""Write docs/metrics.md anew: ``python -m tests.reports.write_metrics_page``."""

from pathlib import Path

from reports.metrics_page import metrics_page

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"

if __name__ == "__main__":
    PAGE.write_text(metrics_page(), encoding="utf-8")
