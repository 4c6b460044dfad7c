"""`python -m local`: the whole service on this machine. See docs/local.md."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from local import azurite, settings_file, supervisor


def main() -> int:
    """Run everything until it is told to stop, or write the settings for Core Tools."""
    parser = argparse.ArgumentParser(prog="python -m local", description="The whole service on this machine.")
    parser.add_argument(
        "--write-settings", action="store_true", help="write local.settings.json for Core Tools and end"
    )
    parser.add_argument(
        "--role", choices=("web", "worker"), default="web", help="whose settings to write (default web)"
    )
    parser.add_argument("--app", type=Path, default=azurite.ROOT, help="folder of function_app.py")
    parser.add_argument(
        "--inject",
        default="local.parts:install",
        metavar="MODULE:FUNCTION",
        help="gives the app its local parts",
    )
    parser.add_argument(
        "--without-hosts", action="store_true", help="only Azurite and the cloud: Core Tools run the app"
    )
    chosen = parser.parse_args()
    if chosen.write_settings:
        print(f"Wrote {settings_file.write(os.environ, role=chosen.role, folder=azurite.ROOT)}")
        return 0
    return asyncio.run(
        supervisor.run(
            os.environ,
            app_folder=chosen.app.resolve(),
            inject=chosen.inject,
            with_hosts=not chosen.without_hosts,
        )
    )


if __name__ == "__main__":
    sys.exit(main())
