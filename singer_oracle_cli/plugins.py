"""Lists the plugins of others: profiles, types, sinks of events."""

from __future__ import annotations

import click

from oracle_core.plugins import TYPES, list_plugins
from oracle_core.types.converters import problem_of
from singer_oracle_cli.options import reported
from singer_oracle_cli.output import format_option, show


@click.command()
@format_option()
def plugins(output_format: str) -> None:
    """List installed plugins and say which cannot be used."""
    with reported("plugins"):
        listed = list_plugins()
        data = [
            {
                "group": plugin.group,
                "name": plugin.name,
                "distribution": plugin.distribution,
                "version": plugin.version,
                "api": plugin.api,
                # A type that cannot be used stops tap and target, so that it is loaded and tried
                # here as well.
                "error": problem_of(plugin) if plugin.group == TYPES else plugin.error,
            }
            for plugin in listed
        ]
        header = ("GROUP", "NAME", "DISTRIBUTION", "VERSION", "API", "ERROR")
        show(data, header, [tuple(line.values()) for line in data], output_format)
