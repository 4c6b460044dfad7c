"""Gives the Python worker of Core Tools the local parts: Python imports this module by itself at its start.

It acts only when `REREGISTER_INJECT` names a function as `module:function`, as local.settings.json does.
"""  # noqa: INP001 - its folder is put on PYTHONPATH, so it cannot be a package

import importlib
import os

_named = os.environ.get("REREGISTER_INJECT", "")
if ":" in _named:
    _module, _, _function = _named.partition(":")
    getattr(importlib.import_module(_module), _function)()
