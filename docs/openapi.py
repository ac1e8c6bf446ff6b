"""Writes the OpenAPI document of the scheduler's interface: `python -m docs.openapi`.

`tests/unit/oracle_scheduler/test_api_document.py` compares it with what the application says.
"""

from __future__ import annotations

import json
from pathlib import Path

import sqlalchemy as sa

from oracle_scheduler.api.app import create_app
from oracle_scheduler.api.settings import ApiSettings
from oracle_scheduler.store.database import Database

PATH = Path(__file__).resolve().with_name("scheduler-openapi.json")


def text() -> str:
    """Return the document as it should be; no store is opened for it."""
    app = create_app(Database(sa.create_engine("sqlite://")), ApiSettings())
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
