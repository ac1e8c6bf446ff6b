"""Writes MERGE.

Oracle's DELETE WHERE removes rows that the UPDATE of the same MERGE has changed, and tests the new
values (SQL Language Reference, MERGE, "merge_update_clause"). PostgreSQL has a separate branch for
deletion that tests the old ones: target columns in the condition are replaced by what they are set
to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import change_nodes, changes, nodes, sources, tree
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.render import render
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.query.scope import Output, Source


def render_merge(merge: change_nodes.Merge, out: Output) -> str:
    """Return the PostgreSQL text of a MERGE."""
    if merge.target.partition is not None:
        refuse("MERGE INTO a partition by name")
    target, target_text = changes.enter_target(merge.target, out)
    out.scope.sources.clear()
    source_text = sources.from_clause((merge.source,), out)
    out.scope.sources.insert(0, target)
    _check_assigned(merge, target)
    text = f"MERGE INTO {target_text} USING {source_text} ON {render(merge.condition, out)}"
    return text + _matched(merge, target, out) + _not_matched(merge, target, out)


def _check_assigned(merge: change_nodes.Merge, target: Source) -> None:
    joined = {
        node.parts[-1]
        for node in tree.walk(merge.condition, into_queries=False)
        if isinstance(node, nodes.Name) and node.qualifier == target.reference
    }
    for assignment in merge.assignments:
        for column in assignment.columns:
            if column in joined:
                name = f'"{target.reference}"."{column}"'
                message = f"Columns referenced in the ON Clause cannot be updated: {name}"
                raise OracleError(38104, message)


def _matched(merge: change_nodes.Merge, target: Source, out: Output) -> str:
    if not merge.assignments:
        return ""
    tests = [merge.update_where] if merge.update_where is not None else []
    text = ""
    if merge.delete_where is not None:
        deleted = _with_new_values(merge.delete_where, merge.assignments, target)
        text += f" WHEN MATCHED{_condition([*tests, deleted], out)} THEN DELETE"
    assigned = changes.render_assignments(merge.assignments, out)
    return text + f" WHEN MATCHED{_condition(tests, out)} THEN UPDATE SET {assigned}"


def _condition(tests: list[nodes.Expression], out: Output) -> str:
    return "".join(f" AND {render(test, out)}" for test in tests)


def _with_new_values(
    condition: nodes.Expression, assignments: tuple[change_nodes.Assignment, ...], target: Source
) -> nodes.Expression:
    values: dict[str, nodes.Expression] = {}
    for assignment in assignments:
        if len(assignment.columns) > 1 or isinstance(assignment.value, nodes.Default):
            refuse("DELETE WHERE after this kind of SET")
        values[assignment.columns[0]] = assignment.value

    def changed(node: nodes.Node) -> nodes.Node | None:
        if isinstance(node, nodes.Name) and _is_target(node, target):
            value = values.get(node.parts[-1])
            return nodes.Row((value,)) if value is not None else None
        return None

    return tree.substitute(condition, changed)


def _is_target(name: nodes.Name, target: Source) -> bool:
    if name.qualifier is not None:
        return name.qualifier == target.reference
    return name.parts[0] in (target.columns or ())


def _not_matched(merge: change_nodes.Merge, target: Source, out: Output) -> str:
    if not merge.insert_values:
        return ""
    columns = changes.target_columns(target, merge.insert_columns)
    changes.check_count(columns, len(merge.insert_values))
    tests = [merge.insert_where] if merge.insert_where is not None else []
    listed = f" ({', '.join(map(quoted, columns))})" if columns else ""
    values = changes.stored_row(merge.insert_values, out)
    return f" WHEN NOT MATCHED{_condition(tests, out)} THEN INSERT{listed} VALUES ({values})"
