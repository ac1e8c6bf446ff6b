"""What is wrong with a job file: one line per problem, with file, line and job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a job file.

    Attributes:
        file: Name of the file as it was given.
        line: Line of the value at fault, counted from 1.
        job: Id of the job at fault, if one is.
        text: What is wrong and what to do; never a value of an environment variable.
    """

    file: str
    line: int
    job: str | None
    text: str

    def __str__(self) -> str:
        """Return `file:line: job 'id': text`."""
        job = f"job '{self.job}': " if self.job is not None else ""
        return f"{self.file}:{self.line}: {job}{self.text}"


class JobFileError(ConfigurationError):
    """A job file that cannot be used; `problems` holds all that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems; the text has one line for each.

        Args:
            problems: At least one, in the order of the file.
        """
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
