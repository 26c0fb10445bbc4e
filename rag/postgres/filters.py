"""Which documents to search, in SQL."""

from __future__ import annotations

from typing import Any

from rag.types import Filters


def condition(filters: Filters | None) -> tuple[str, list[Any]]:
    """SQL over `documents`, and its values; "" if nothing is left out.

    Dates may be reduced, on either side: `2024` and `2024-06-20` are compared as years. As
    text, a date comes before every longer one that begins with it.
    """
    if filters is None:
        return "", []
    conditions = [f"documents.{column} = ANY(%s)" for column in filters.equal()]
    values: list[Any] = [list(wanted) for wanted in filters.equal().values()]
    if since := filters.since:
        conditions.append("(documents.date >= %s OR documents.date = ANY(%s))")
        values += [since, [since[:4], since[:7]]]
    if filters.until:
        conditions.append("documents.date <= %s")
        values.append(f"{filters.until}~")  # behind every date that begins so
    return " AND ".join(conditions), values
