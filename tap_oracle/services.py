"""What a stream needs from the run around it, so that a stream knows no tap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import oracledb

    from oracle_core.termination import Termination
    from tap_oracle.late_commits import LateCommits
    from tap_oracle.run import CurrentRun
    from tap_oracle.settings import TapSettings
    from tap_oracle.snapshot import Snapshots
    from tap_oracle.state_schedule import StateSchedule
    from tap_oracle.writer import LineWriter


@dataclass(frozen=True)
class StreamServices:
    """The services of one run.

    Attributes:
        settings: The tap's settings.
        session: Returns the open session of this process, opened on the first call.
        run: The record of the run.
        termination: Holds signals back while lines and their bookmark are written.
        writer: The way to standard output.
        states: Writes STATE messages when they are due.
        snapshots: Decides at which moment each stream is read.
        late_commits: Asks for open transactions.
    """

    settings: TapSettings
    session: Callable[[], oracledb.Connection]
    run: CurrentRun
    termination: Termination
    writer: LineWriter
    states: StateSchedule
    snapshots: Snapshots
    late_commits: LateCommits
