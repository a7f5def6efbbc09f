"""Write docs/openapi.json from the hub's routes: `python -m scripts.openapi`."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from cockpit.hub.app import create_app
from cockpit.storage.database import Database

TARGET = Path(__file__).parent.parent / "docs" / "openapi.json"
COMMAND = "python -m scripts.openapi"


def contract() -> str:
    """The OpenAPI 3.1 document as it is committed."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.at(Path(folder) / "hub.db")
        database.prepare()
        document = create_app(database).openapi()
        database.close()
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    TARGET.write_text(contract(), "utf-8")
