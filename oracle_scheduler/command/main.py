"""`oracle-scheduler`: runs pipelines at their times and shows what became of them."""

from __future__ import annotations

import logging
from typing import Any

import click

from oracle_core import redact
from oracle_core.command import reported
from oracle_scheduler.command import asking, files, keeping, moving, serving
from oracle_scheduler.command.token import token

LOGGER = logging.getLogger("oracle-scheduler")


class ReportingGroup(click.Group):
    """A group whose commands end with one clear line and a documented exit code."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - what the command returns
        """Run the command."""
        with reported(LOGGER):
            return super().invoke(ctx)


@click.group(cls=ReportingGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="singer-oracle", prog_name="oracle-scheduler")
def main() -> None:
    """Run pipelines at their times; results go to stdout, everything else to stderr.

    Exit codes: 0 done, 1 failed, 2 a setting, argument or job file is wrong.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    redact.install()


for command in (
    *(files.validate, files.plan, serving.migrate, serving.serve, serving.run),
    *(asking.runs, asking.logs, asking.resume, asking.mark_success, asking.cancel),
    *(asking.pause, asking.unpause, asking.nodes, asking.pipelines, token),
    *(keeping.check, keeping.prune, keeping.backfill, moving.sync, moving.import_),
):
    main.add_command(command)
