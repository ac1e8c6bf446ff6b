"""The catalogue of statements: `docs/statements/*.toml` and the texts of dictionary statements.

An entry describes a statement in the notation of Oracle's syntax: `{table}` and the other
placeholders of `PLACEHOLDERS` stand for text that is filled in, `[ … ]` for a part that may be
missing, and `{A | B}` for one of several texts. `tests/fix_statements.py` compares every statement
that the tests send with the entries; `docs/statements.md` shows them.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from oracle_core import server
from oracle_core.dictionary_statements import STATEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FOLDER = Path(__file__).resolve().parent / "statements"
OLDEST_RELEASE = "12.2"

_NAME = r'"[^"]+"'
_LIST_OF_NAMES = rf"{_NAME}(?:\.{_NAME})*(?:, {_NAME}(?:\.{_NAME})*)*"
PLACEHOLDERS = {
    "table": (rf"{_NAME}\.{_NAME}", "a schema and a table, both in double quotes"),
    "name": (_NAME, "one name in double quotes"),
    "names": (_LIST_OF_NAMES, "names in double quotes"),
    "bind": (r":\w+", "a bind variable"),
    "binds": (r":\w+(?:, :\w+)*", "bind variables"),
    "number": (r"\d+", "a number of ours"),
    "text": (r"'(?:[^']|'')*'", "a text of ours"),
    "expression": (r".+", "an expression over columns and bind variables, see docs/types.md"),
    "expressions": (r".+", "expressions over columns and bind variables, see docs/types.md"),
    "condition": (r".+", "a condition over columns and bind variables"),
    "type": (r"[A-Z][\w ]*(?:\(.*?\))?[\w ]*", "a data type"),
    "word": (r"\w+", "a keyword"),
    "owner": (r"(?:\w+\.\w+|USER)", "the view's column for the owner; USER for USER_* views"),
}
_TOKEN = re.compile(r"\{[^{}]*\}|[\[\]]|[^\[\]{}]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement, or several of one kind.

    Attributes:
        package: Part of the product that sends it.
        sql: The texts in the notation above.
        when: When it is sent.
        rights: Privileges beside those of the session's user on its own objects.
        since: First release that knows it.
        manual: Manual and section.
    """

    package: str
    sql: tuple[str, ...]
    when: str
    rights: str
    since: str
    manual: str

    @property
    def patterns(self) -> Iterator[re.Pattern[str]]:
        """A regular expression for each of the texts."""
        return (re.compile(pattern(text), re.DOTALL) for text in self.sql)


@dataclass(frozen=True)
class Catalogue:
    """All entries."""

    entries: tuple[Entry, ...]

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Entry]]:
        return [(found, entry) for entry in self.entries for found in entry.patterns]

    def entry_of(self, statement: str) -> Entry | None:
        """Return the entry that lists a statement, None if it is unlisted."""
        text = normalized(statement)
        return next((entry for regex, entry in self._patterns if regex.fullmatch(text)), None)


def normalized(statement: str) -> str:
    """Return a statement with single spaces, as the entries are compared."""
    return " ".join(statement.split())


def pattern(text: str) -> str:
    """Return the regular expression of a text in the notation of the entries.

    Raises:
        ValueError: If a placeholder is unknown or a bracket has no counterpart.
    """
    parts = []
    depth = 0
    for part in _TOKEN.findall(normalized(text)):
        if part == "[":
            depth += 1
            parts.append("(?:")
        elif part == "]":
            depth -= 1
            parts.append(")?")
        elif part.startswith("{"):
            parts.append(_placeholder(part[1:-1]))
        else:
            parts.append(re.escape(part))
    if depth:
        msg = f"brackets do not match in {text!r}"
        raise ValueError(msg)
    return "".join(parts)


def _placeholder(text: str) -> str:
    if "|" in text:
        return f"(?:{'|'.join(re.escape(choice.strip()) for choice in text.split('|'))})"
    if text not in PLACEHOLDERS:
        msg = f"unknown placeholder {text!r}; known are {', '.join(PLACEHOLDERS)}"
        raise ValueError(msg)
    return PLACEHOLDERS[text][0]


def read_catalogue() -> Catalogue:
    """Return the entries of all files, then those of the dictionary statements."""
    entries = [entry for path in sorted(FOLDER.glob("*.toml")) for entry in _entries(path)]
    return Catalogue((*entries, *_server_entries(), *_dictionary_entries()))


def _entries(path: Path) -> Iterator[Entry]:
    for number, row in enumerate(tomllib.loads(path.read_text("utf-8"))["statement"], start=1):
        unknown = row.keys() - {"sql", "when", "rights", "since", "manual"}
        missing = {"sql", "when", "rights", "manual"} - row.keys()
        if unknown or missing:
            msg = f"{path.name}, statement {number}: unknown {unknown}, missing {missing}"
            raise ValueError(msg)
        texts = (row["sql"],) if isinstance(row["sql"], str) else tuple(row["sql"])
        yield Entry(
            package=path.stem.replace("-", " "),
            sql=texts,
            when=row["when"],
            rights=row["rights"],
            since=row.get("since", OLDEST_RELEASE),
            manual=row["manual"],
        )


def _server_entries() -> Iterator[Entry]:
    """Yield the statements that ask what the database can."""
    for text in server.STATEMENTS:
        yield Entry(
            package="server",
            sql=(text,),
            when="the start of a session: release, parameters, character sets and rights",
            rights="none; READ on SYS.V_$PARAMETER shows more",
            since=OLDEST_RELEASE,
            manual='SQL Language Reference, "SYS_CONTEXT"; PL/SQL Packages, "DBMS_UTILITY"',
        )


def _dictionary_entries() -> Iterator[Entry]:
    """Yield the dictionary statements, whose texts and privileges are declared in the code."""
    for question, statement in STATEMENTS.items():
        text = statement.sql.replace("{scope}", "{condition}")
        text = text.replace("{family}", "{all | dba | user}")
        text = re.sub(r"<(\w+)\.\w+>", r"{owner}", text)
        yield Entry(
            package="dictionary",
            sql=(text,),
            when=question.replace("_", " "),
            rights=statement.privilege,
            since="23" if question.endswith("_23") else OLDEST_RELEASE,
            manual='Database Reference, "Static Data Dictionary Views"',
        )


def statements_page(catalogue: Catalogue) -> str:
    """Return the text of `docs/statements.md`."""
    packages: dict[str, list[Entry]] = {}
    for entry in catalogue.entries:
        packages.setdefault(entry.package, []).append(entry)
    lines = [
        "# Statements",
        "",
        "Generated by `make docs` from `docs/statements/` and the statements of",
        "`oracle_core/dictionary_statements.py`. The pair sends these statements to the database",
        "and no others; a test that sees another one fails. Names are always quoted and values",
        "always bound.",
        "",
        "| Placeholder | Stands for |",
        "| --- | --- |",
        *(f"| `{{{name}}}` | {meaning} |" for name, (_, meaning) in PLACEHOLDERS.items()),
        "| `[ … ]` | a part that may be missing |",
        "| `{A \\| B}` | one of the texts |",
    ]
    for package, entries in packages.items():
        lines += ["", f"## {package}", *_described(entries)]
    return "\n".join(lines) + "\n"


def _described(entries: Iterable[Entry]) -> Iterator[str]:
    for entry in entries:
        yield ""
        yield "```sql"
        yield from entry.sql
        yield "```"
        yield f"{entry.when[:1].upper()}{entry.when[1:]}. Rights: {entry.rights}."
        yield f"Since {entry.since}. {entry.manual}."
