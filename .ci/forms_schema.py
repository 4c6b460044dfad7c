"""Writes docs/forms.schema.json from the model that validates the webhook's body. Run it after a change of that model.

    .venv/bin/python .ci/forms_schema.py

``tests/fitness/test_descriptions.py`` fails when the file and the model differ.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "forms.schema.json"


def schema() -> str:
    """The schema as it is to be written."""
    from functions._http.program_bodies import FormResponseBody

    body = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **FormResponseBody.model_json_schema(),
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    TARGET.write_text(schema(), encoding="utf-8")
    print(f"wrote {TARGET.relative_to(ROOT)}")
