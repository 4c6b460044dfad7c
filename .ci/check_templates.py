"""Compile every Jinja template, so that a broken tag fails here and not before a person's eyes."""

import sys
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

ROOMS = ("shared/presentation", "local")
SUFFIXES = {".html", ".txt", ".j2", ".jinja", ".xml"}


def main() -> int:
    """Print each fault with its place; 1 if there is any."""
    environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n", "jinja2.ext.do"])
    paths = sorted(
        path
        for room in ROOMS
        for path in Path(room).rglob("*")
        if path.suffix in SUFFIXES and "static" not in path.parts
    )
    wrong = 0
    for path in paths:
        try:
            environment.compile(path.read_text("utf-8"), filename=str(path))
        except TemplateSyntaxError as error:
            wrong += 1
            print(f"{path}:{error.lineno}: {error.message}", file=sys.stderr)
    print(f"templates: {len(paths)} read, {wrong} broken")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
