"""The report of runs: one self-contained HTML page with tables and charts, without network."""

from __future__ import annotations

from singer_oracle_cli.report.page import report_page

__all__ = ["report_page"]
