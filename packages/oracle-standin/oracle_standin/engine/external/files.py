"""Files of the machine that SQL names by a directory and a file name.

Only what lies directly in the folder of a directory object can be reached: no path in the name, no
symbolic link, nothing but regular files. Source: SecureFiles and Large Objects Developer's Guide,
"BFILE Security"; Error Messages, ORA-22285, 22286 and 22288.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from oracle_standin.protocol import OracleError, not_in_this_standin

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Query = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

_FIND = """
SELECT d.path, %s = 'SYS' OR EXISTS (SELECT FROM ora.object_grants g
    WHERE g.relid = d.object_id AND g.privilege = 'READ' AND (g.grantee IN (%s, 'PUBLIC')
        OR g.grantee IN (SELECT ora.granted_roles(%s))))
FROM ora.directories d WHERE d.name = %s
"""


def folder(query: Query, user: str, directory: str, operation: str) -> Path:
    """Return the folder of a directory that `user` may read.

    Raises OracleError 22285 when there is no such directory, 22286 without READ on it.
    """
    rows = query(_FIND, (user, user, user, directory))
    if not rows:
        raise OracleError(22285, f"non-existent directory or file for {operation} operation")
    path, may_read = rows[0]
    if not may_read:
        raise OracleError(
            22286,
            f"insufficient privileges on file or directory to perform {operation} operation",
        )
    return Path(path)


def file_in(directory: Path, name: str) -> Path | None:
    """Return a file of a folder, None when it is not there.

    Raises OracleError 22288 for a symbolic link, 3001 for a name with a path.
    """
    if "/" in name or "\\" in name or "\0" in name:
        what = "a path in the name of a file"
        raise not_in_this_standin(what)
    found = directory / name
    if found.is_symlink():
        raise OracleError(22288, "file or LOB operation FILEOPEN failed\nsoft link in path")
    return found if directory.is_absolute() and found.is_file() else None
