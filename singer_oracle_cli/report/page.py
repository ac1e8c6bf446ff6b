"""The page of the report."""

from __future__ import annotations

from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from oracle_core.history import RunStatus
from oracle_core.history.state_codec import write_time
from singer_oracle_cli.report.charts import Mark, bars, columns, short_number, short_seconds
from singer_oracle_cli.report.figures import failures_by_code, slowest_streams, summary_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from oracle_core.history import RunRecord
    from singer_oracle_cli.report.figures import StreamFigures

CHART_RUNS = 120
TABLE_RUNS = 200
_EMPTY = '<p class="empty">Nothing to show.</p>'


def report_page(runs: Sequence[RunRecord], *, title: str, now: dt.datetime) -> str:
    """Return the whole page.

    Args:
        runs: Runs, oldest first.
        title: What is reported on.
        now: The moment of the report.
    """
    style = resources.files("singer_oracle_cli.report").joinpath("style.css").read_text("utf-8")
    body = "\n".join(_body(runs, title, now))
    return (
        "<!doctype html>\n"
        '<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Nothing is loaded and no script runs, whatever a name of a stream holds.
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _body(runs: Sequence[RunRecord], title: str, now: dt.datetime) -> Iterator[str]:
    yield f"<h1>{escape(title)}</h1>"
    period = ""
    if runs:
        first, last = runs[0].started_at, runs[-1].started_at
        period = f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}, "
    yield f'<p class="note">{period}all times UTC; made {write_time(now)}</p>'
    yield _tiles(runs)
    shown = runs[-CHART_RUNS:]
    yield '<div class="charts">'
    chart = columns(_durations(shown), name="Duration of runs", is_time=True)
    yield _section("Duration of runs", chart, shown, legend={run.status for run in shown})
    yield _section("Rows per run", columns(_rows(shown), name="Rows per run"), shown)
    codes = [
        Mark(code, count, f"{code}: {count} run(s)", "FAILED")
        for code, count in failures_by_code(runs)
    ]
    yield _section("Failures by code", bars(codes, name="Failures by code"), codes)
    slow = slowest_streams(runs)
    marks = [
        Mark(
            stream.stream,
            stream.longest_seconds,
            f"{stream.stream}: up to {short_seconds(stream.longest_seconds)}, "
            f"{short_number(stream.rows_per_second)} rows/s",
        )
        for stream in slow
    ]
    chart = bars(marks, name="Slowest streams", is_time=True)
    yield _section("Slowest streams (longest time in a run)", chart, marks)
    yield "</div>"
    yield _runs_table(runs[-TABLE_RUNS:])
    yield _streams_table(slow)


def _section(
    title: str, chart: str, marks: Sequence[object], *, legend: Collection[RunStatus] = ()
) -> str:
    body = chart if marks else _EMPTY
    if legend and marks:
        items = "".join(
            f'<span><i style="background: var(--{status.value.lower()})"></i>'
            f"{status.value.lower()}</span>"
            for status in RunStatus
            if status in legend
        )
        body += f'<p class="legend">{items}</p>'
    return f"<section><h2>{escape(title)}</h2>{body}</section>"


def _tiles(runs: Sequence[RunRecord]) -> str:
    numbers = summary_of(runs)
    median = "none" if numbers.median_seconds is None else short_seconds(numbers.median_seconds)
    tiles = (
        (numbers.runs, "runs"),
        (numbers.succeeded, "succeeded"),
        (numbers.failed, "failed"),
        (numbers.interrupted, "interrupted"),
        (numbers.running, "running"),
        (f"{numbers.rows:,}", "rows"),
        (median, "median duration"),
    )
    items = "".join(f"<li><b>{value}</b><span>{name}</span></li>" for value, name in tiles)
    return f'<ul class="tiles">{items}</ul>'


def _durations(runs: Iterable[RunRecord]) -> list[Mark]:
    return [
        Mark(
            f"{run.started_at:%Y-%m-%d %H:%M}",
            (run.duration_ms or 0) / 1000,
            f"{write_time(run.started_at)} {run.job}: {run.status.value}, "
            f"{'no end' if run.duration_ms is None else short_seconds(run.duration_ms / 1000)}",
            run.status.value,
        )
        for run in runs
    ]


def _rows(runs: Iterable[RunRecord]) -> list[Mark]:
    return [
        Mark(
            f"{run.started_at:%Y-%m-%d %H:%M}",
            run.totals.rows,
            f"{write_time(run.started_at)} {run.job}: {run.totals.rows:,} rows",
        )
        for run in runs
    ]


def _runs_table(runs: Sequence[RunRecord]) -> str:
    head = (
        "<tr><th>Started</th><th>Job</th><th>Status</th><th class='number'>Duration</th>"
        "<th class='number'>Rows</th><th class='number'>Bytes</th><th class='number'>Retries</th>"
        "<th>Error</th><th>Run</th></tr>"
    )
    rows = "".join(_run_row(run) for run in reversed(runs))
    return _table("Runs, newest first", head, rows)


def _run_row(run: RunRecord) -> str:
    duration = "" if run.duration_ms is None else f"{run.duration_ms / 1000:.3f} s"
    error = "" if run.error is None else f"{run.error.code} {run.error.stream or ''}".strip()
    status = run.status.value
    # Which streams the rows are of is shown by pointing at the number.
    streams = "; ".join(f"{name}: {moved.rows:,}" for name, moved in run.streams.items())
    return (
        f"<tr><td>{write_time(run.started_at)}</td><td class='wrap'>{escape(run.job)}</td>"
        f"<td class='status {status}'>{status}</td><td class='number'>{duration}</td>"
        f"<td class='number' title='{escape(streams)}'>{run.totals.rows:,}</td>"
        f"<td class='number'>{run.totals.bytes:,}</td>"
        f"<td class='number'>{run.retry_count}</td><td class='wrap'>{escape(error)}</td>"
        f"<td>{escape(run.run_id)}</td></tr>"
    )


def _streams_table(streams: Sequence[StreamFigures]) -> str:
    head = (
        "<tr><th>Stream</th><th class='number'>Runs with figures</th><th class='number'>Rows</th>"
        "<th class='number'>Time</th><th class='number'>Rows/s</th></tr>"
    )
    rows = "".join(
        f"<tr><td class='wrap'>{escape(stream.stream)}</td><td class='number'>{stream.runs}</td>"
        f"<td class='number'>{stream.rows:,}</td>"
        f"<td class='number'>{short_seconds(stream.seconds)}</td>"
        f"<td class='number'>{stream.rows_per_second:,.0f}</td></tr>"
        for stream in streams
    )
    return _table("Streams that took longest", head, rows)


def _table(title: str, head: str, rows: str) -> str:
    body = f'<div class="scroll"><table>{head}{rows}</table></div>' if rows else _EMPTY
    return f'<section class="wide"><h2>{title}</h2>{body}</section>'
