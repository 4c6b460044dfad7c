"""The local cloud's own pages: plain templates, every value escaped."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )


def render(name: str, /, **values: object) -> str:
    """The page `name`.html with these values."""
    return _environment().get_template(f"{name}.html").render(**values)
