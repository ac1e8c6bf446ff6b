"""What the played server is: its release, and the parameters it was created or started with.

Source: Database Reference, COMPATIBLE, MAX_STRING_SIZE, NLS_CALENDAR;
Globalization Support Guide, "Locale Data" for the character sets.
"""

from __future__ import annotations

from dataclasses import dataclass

RELEASES = {"12.2": "12.2.0.1.0", "19": "19.3.0.0.0", "23": "23.9.0.25.7"}
"""The five-part versions that profiles announce."""

CHARSETS = {"AL32UTF8": 4, "WE8MSWIN1252": 1}
"""Database character sets with the most bytes that a character takes in each."""

CALENDARS = ("GREGORIAN", "THAI BUDDHA")

LOWEST_COMPATIBLE = {"12.2": (11, 2), "19": (11, 2), "23": (19, 0)}
"""The lowest COMPATIBLE that a release starts with (Database Upgrade Guide)."""


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """The server that one database plays.

    Args:
        profile: The release to resemble, "12.2", "19" or "23".
        extended_strings: Whether MAX_STRING_SIZE is EXTENDED.
        charset: The database character set.
        compatible: The value of COMPATIBLE, "" for the release's own.
        calendar: NLS_CALENDAR of the instance.
    """

    profile: str = "23"
    extended_strings: bool = False
    charset: str = "AL32UTF8"
    compatible: str = ""
    calendar: str = "GREGORIAN"

    @property
    def version(self) -> str:
        """Return the five-part version."""
        return RELEASES[self.profile]

    @property
    def major(self) -> int:
        """Return the first part of the version."""
        return int(self.version.split(".")[0])

    def since(self, major: int) -> bool:
        """Return whether the release is this one or a later one."""
        return self.major >= major

    @property
    def compatibility(self) -> str:
        """Return COMPATIBLE as V$PARAMETER shows it."""
        release = self.version.split(".")
        return self.compatible or (
            ".".join(release[:2] if release[0] == "12" else [release[0], "0"]) + ".0"
        )

    def compatible_with(self, major: int, minor: int = 0) -> bool:
        """Return whether COMPATIBLE lets features of a release be used."""
        have = tuple(int(part) for part in self.compatibility.split(".")[:2])
        return have >= (major, minor)

    @property
    def max_varchar_bytes(self) -> int:
        """Return the most bytes of a VARCHAR2 or NVARCHAR2 column."""
        return 32767 if self.extended_strings else 4000

    @property
    def max_raw_bytes(self) -> int:
        """Return the most bytes of a RAW column."""
        return 32767 if self.extended_strings else 2000

    @property
    def max_name_bytes(self) -> int:
        """Return the longest name of an object: 30 bytes with COMPATIBLE below 12.2."""
        return 128 if self.compatible_with(12, 2) else 30

    @property
    def bytes_per_character(self) -> int:
        """Return the most bytes of a character in the database character set."""
        return CHARSETS[self.charset]

    @property
    def is_unicode(self) -> bool:
        """Return whether the database character set takes every character."""
        return self.charset == "AL32UTF8"

    def settings(self) -> dict[str, str]:
        """Return the settings where SQL functions and V$PARAMETER read these facts."""
        return {
            "ora.release": self.version,
            "ora.compatible": self.compatibility,
            "ora.max_string_size": "EXTENDED" if self.extended_strings else "STANDARD",
            "ora.nls_characterset": self.charset,
            "ora.nls_calendar": self.calendar,
        }


DEFAULT_SERVER = ServerFacts()
"""A 23ai as it comes."""
