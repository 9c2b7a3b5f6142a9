"""Pages from studies."""

from alkanode.report.html import render_report, write_report
from alkanode.report.series import render_series_report, write_series_report

__all__ = ["render_report", "render_series_report", "write_report", "write_series_report"]
