"""The documents say what the code says: every link, command, setting and alias in them exists."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import click
import pytest

from catalog.command.main import main as oracle_catalog
from docs.generate import PROJECT, documents, settings
from docs.walk import agrees, steps
from oracle_core.connect_parameters import connect_parameters
from oracle_core.setting_aliases import ALIASES
from oracle_core.settings import validated
from singer_oracle_cli.main import main as singer_oracle
from tap_oracle.tap import TapOracle
from target_oracle.target import TargetOracle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGES = sorted(
    page
    for pattern in ("*.md", "docs/*.md", "packages/*/README.md")
    for page in PROJECT.glob(pattern)
)
COMMANDS: dict[str, click.Command] = {
    "tap-oracle": TapOracle.cli,
    "target-oracle": TargetOracle.cli,
    "oracle-catalog": oracle_catalog,
    "singer-oracle": singer_oracle,
}
SETTINGS = {
    # Those of the tunnel are one setting, an object.
    row.name.partition(".")[0]
    for plugin in (TapOracle, TargetOracle)
    for row in settings(plugin)
}


def _name(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def _prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)


def _command_lines(page: Path) -> Iterator[list[str]]:
    """Yield the words of every command in the fenced blocks of a page, without its variables."""
    for step in steps(page.read_text("utf-8")):
        if step.kind not in {"bash", "console", "shell"}:
            continue
        text = "\n".join(step.lines)
        if step.kind == "console":
            text = "\n".join(command for command, _ in step.commands())
        for line in re.split(r"\n|&&|\||>", text.replace("\\\n", " ").replace("\n> ", " ")):
            try:
                words = shlex.split(line, comments=True)
            except ValueError:  # a quoted text of several lines
                continue
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words.pop(0)
            if words:
                yield words


def test_generated_documents_are_current() -> None:
    stale = [
        path.name
        for path, text in documents().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    assert not stale, f"run `make docs`: {stale}"


def test_no_secret_has_a_value_in_the_meltano_project() -> None:
    lines = (PROJECT / "meltano.yml").read_text(encoding="utf-8").splitlines()
    given = [
        line.split(":", 1)[1].strip() for line in lines if line.strip().startswith("password:")
    ]
    assert given
    assert all(value.startswith("$") for value in given)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = [
        link
        for link in re.findall(r"\]\(([^)\s]+)\)", _prose(page))
        if "://" not in link and not _is_there(page, link)
    ]
    assert broken == []


def _is_there(page: Path, link: str) -> bool:
    path, _, heading = link.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists():
        return False
    return not heading or heading in {
        re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", file.read_text("utf-8"), flags=re.MULTILINE)
    }


def test_the_index_leads_to_every_page() -> None:
    index = (PROJECT / "docs/index.md").read_text("utf-8")
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", index))
    assert {page.name for page in PROJECT.glob("docs/*.md")} - {"index.md"} == linked


def test_the_readme_leads_to_the_documents() -> None:
    assert "](docs/index.md)" in (PROJECT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_exists(page: Path) -> None:
    makefile = (PROJECT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, flags=re.MULTILINE))
    wrong = []
    for words in _command_lines(page):
        program, arguments = words[0], words[1:]
        if program == "make":
            names = [word for word in arguments if re.fullmatch(r"[\w-]+", word)]
            wrong += [f"make {name}" for name in names if name not in targets]
        elif program in COMMANDS:
            wrong += [f"{program} {word}" for word in _unknown(COMMANDS[program], arguments)]
        elif program == "python" and arguments[:1] == ["-m"] and "venv" not in arguments:
            wrong += [f"python -m {arguments[1]}"] if not _is_module(arguments[1]) else []
    assert wrong == []


def _is_module(name: str) -> bool:
    place = name.replace(".", "/")
    roots = (
        PROJECT,
        PROJECT / "packages/oracle-standin",
        PROJECT / "packages/meltano-state-oracle",
    )
    return any(
        (root / f"{place}.py").exists() or (root / place / "__main__.py").exists() for root in roots
    )


def _unknown(command: click.Command, arguments: list[str]) -> Iterator[str]:
    """Yield the subcommands and options that a command does not have."""
    for word in arguments:
        if word in {">", "2>", "<"}:
            return
        if isinstance(command, click.Group) and not word.startswith("-"):
            following = command.commands.get(word)
            if following is None:
                yield word
                return
            command = following
        elif word.startswith("--"):
            options = {name for parameter in command.params for name in parameter.opts}
            if word.partition("=")[0] not in {*options, "--help"}:
                yield word


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_variable_of_the_environment_is_a_setting(page: Path) -> None:
    text = page.read_text("utf-8")
    names = re.findall(r"\b(?:TAP_ORACLE|TARGET_ORACLE|ORACLE_CATALOG)_([A-Z_]*[A-Z])\b", text)
    assert {name.lower() for name in names} - SETTINGS - {"loglevel"} == set()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_name_in_code_style_is_in_the_project(page: Path) -> None:
    named = set(re.findall(r"`([a-z]+(?:_[a-z0-9]+)+)`", _prose(page)))
    older = set(
        re.findall(r"`(\w+)`", _section(PROJECT / "docs/migrating.md", "Settings that went"))
    )
    unknown = named - SETTINGS - ALIASES.keys() - older
    source = "\n".join(
        path.read_text("utf-8")
        for pattern in ("*/*.py", "*/*/*.py", "*/*/*/*.py", "*.yml", "pyproject.toml")
        for path in PROJECT.glob(pattern)
        if not path.parts[len(PROJECT.parts)].startswith(".")
    )
    assert [name for name in sorted(unknown) if not re.search(rf"\b{name}\b", source)] == []


def _section(page: Path, title: str) -> str:
    _, _, rest = page.read_text("utf-8").partition(f"## {title}\n")
    return rest.partition("\n## ")[0]


def test_every_alias_is_in_the_page_for_newcomers() -> None:
    table = _section(PROJECT / "docs/migrating.md", "Settings by another name")
    assert set(re.findall(r"`(\w+)`", table)) >= {*ALIASES, *ALIASES.values()}


def test_a_setting_that_went_is_not_one_that_is_here() -> None:
    table = _section(PROJECT / "docs/migrating.md", "Settings that went")
    firsts = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    gone = {name for cell in firsts for name in re.findall(r"`(\w+)`", cell)}
    assert gone
    assert not gone & (SETTINGS | ALIASES.keys())


def _configurations() -> Iterator[Any]:
    for page in PAGES:
        for step in steps(page.read_text("utf-8")):
            if step.kind != "json":
                continue
            content = json.loads("\n".join(step.lines))
            if "host" in content or "dsn" in content:
                yield pytest.param(content, id=f"{page.stem}-{step.start + 1}")


@pytest.mark.parametrize("plugin", [TapOracle, TargetOracle])
@pytest.mark.parametrize("config", list(_configurations()))
def test_every_configuration_can_be_used(
    config: dict[str, Any], plugin: type[TapOracle | TargetOracle]
) -> None:
    assert config.keys() <= SETTINGS
    assert connect_parameters(validated(config, plugin.config_jsonschema))


def test_what_may_differ_in_an_output() -> None:
    assert agrees(["at 2024-01-01T00:00:00Z", "..."], ["at 2026-05-05T10:10:10.5Z", "a", "b"])
    assert agrees(["...", "last"], ["last"])
    assert not agrees(["4 rows"], ["5 rows"])
    assert not agrees(["one"], ["one", "two"])
