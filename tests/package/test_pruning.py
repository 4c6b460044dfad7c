"""Cutting the Graph SDK: the rules on a small SDK of the same shape, and every Graph call on the cut real one."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from local.graph.operations import OPERATIONS
from package.graph_names import asked_by
from package.graph_pruning import Pruning
from package.graph_trees import NewShapeError
from tests.fitness.source import ROOT
from tests.shipped_sdk import put_shipped_sdk, whole_sdk

CLIENT: Final = """
class GraphServiceClient:
    def __init__(self, adapter): self.adapter = adapter
    @property
    def users(self):
        from .generated.users import UsersRequestBuilder
        return UsersRequestBuilder(self.adapter)
    @property
    def chats(self):
        from .generated.chats import ChatsRequestBuilder
        return ChatsRequestBuilder(self.adapter)
"""
USERS: Final = """
class UsersRequestBuilder:
    def get(self):
        from .models.thing import Thing
        return self.adapter.send(Thing)
    def patch(self, body):
        from .models.chat import Chat
        return self.adapter.send(Chat)
"""
THING: Final = """
from .entity import Entity
class Thing(Entity):
    plain: str = None
    owner: object = None
    chat: object = None
    @staticmethod
    def create_from_discriminator_value(node):
        value = node.kind
        if value == "#cat":
            from .cat import Cat
            return Cat()
        if value == "#dog":
            from .dog import Dog
            return Dog()
        return Thing()
    def get_field_deserializers(self):
        from .chat import Chat
        from .entity import Entity
        from .owner import Owner
        fields: dict = {
            "plain": lambda n : setattr(self, 'plain', n.get_str_value()),
            "owner": lambda n : setattr(self, 'owner', n.get_object_value(Owner)),
            "chat": lambda n : setattr(self, 'chat', n.get_object_value(Chat)),
        }
        return fields
"""


@pytest.fixture
def sdk(tmp_path: Path) -> Path:
    """An SDK in small: two addresses, a base class that knows everything, two subclasses of one model."""
    model = "from .{base} import {Base}\nclass {Name}({Base}):\n    {field}: str = None\n"
    files = {
        "__init__.py": "from .graph_service_client import GraphServiceClient\n",
        "graph_service_client.py": CLIENT,
        "generated/users.py": USERS,
        "generated/chats.py": "class ChatsRequestBuilder:\n    pass\n",
        "generated/models/entity.py": THING.replace("from .entity import Entity\n", "", 1).replace(
            "Thing(Entity)", "Entity"
        ),
        "generated/models/thing.py": THING,
        "generated/models/cat.py": model.format(base="thing", Base="Thing", Name="Cat", field="whiskers"),
        "generated/models/dog.py": model.format(base="thing", Base="Thing", Name="Dog", field="bark"),
        "generated/models/owner.py": "class Owner:\n    pass\n",
        "generated/models/chat.py": "class Chat:\n    pass\n",
    }
    for name, text in files.items():
        path = tmp_path / "msgraph" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


CALL: Final = """
from msgraph import GraphServiceClient
found = graph.users.get()
print(found.plain, found.owner, found.whiskers)
"""


def _kept(sdk: Path, code: str = CALL) -> dict[str, str]:
    found = Pruning(sdk, asked_by([code])).kept()
    return {name.removeprefix("msgraph/").removeprefix("generated/"): text for name, text in found.items()}


def test_only_addresses_and_verbs_that_are_used_stay(sdk: Path) -> None:
    kept = _kept(sdk)
    assert "chats.py" not in kept
    assert "def users" in kept["graph_service_client.py"]
    assert "def chats" not in kept["graph_service_client.py"]
    assert "def patch" not in kept["users.py"]


def test_a_subclass_stays_when_a_property_of_its_own_is_used(sdk: Path) -> None:
    kept = _kept(sdk)
    assert "models/cat.py" in kept
    assert "models/dog.py" not in kept
    assert "#dog" not in kept["models/thing.py"]
    assert "models/dog.py" in _kept(sdk, CALL + "getattr(found, 'bark', None)\n")


def test_a_property_of_another_class_stays_when_it_is_used_and_plain_ones_always(sdk: Path) -> None:
    thing = _kept(sdk)["models/thing.py"]
    assert "'plain'" in thing
    assert "Owner" in thing
    assert "Chat" not in thing


def test_a_base_class_that_no_answer_is_read_as_tells_nothing_apart(sdk: Path) -> None:
    """What makes Entity import 700 modules: its descendants, which are told apart by their own bases."""
    assert ".cat" not in _kept(sdk)["models/entity.py"]


def test_a_new_call_brings_what_it_needs_without_a_list_to_keep_up(sdk: Path) -> None:
    assert "chats.py" in _kept(sdk, CALL + "graph.chats\n")


def test_a_shape_that_is_not_known_ends_the_packaging(sdk: Path) -> None:
    thing = sdk / "msgraph/generated/models/thing.py"
    thing.write_text(
        THING.replace("setattr(self, 'owner', n.get_object_value(Owner))", "Owner"),
        "utf-8",
    )
    with pytest.raises(NewShapeError, match="is set in a way that is not known"):
        _kept(sdk)


#: Of the operations that the local Graph knows: lists of one kind, and kinds that this service leaves alone.
NEVER_ASKED: Final = {
    f"{verb} {name}"
    for verb, names in {
        "GET": "externalAuthenticationMethods fido2Methods microsoftAuthenticatorMethods passwordMethods phoneMethods "
        "platformCredentialMethods softwareOathMethods windowsHelloForBusinessMethods",
        "DELETE": "emailMethods externalAuthenticationMethods",
    }.items()
    for name in names.split()
}


_PATIENCE: Final = 280


@pytest.mark.timeout(_PATIENCE + 10)  # the whole SDK is slow, and the machine may have other work
def test_every_graph_call_has_the_same_outcome_on_the_cut_sdk_as_on_the_whole(tmp_path: Path) -> None:
    """Two processes walk every call: one finds the cut SDK first. `make package-check` does more, on the package itself."""
    put_shipped_sdk(tmp_path)
    assert 50 < len(list(tmp_path.rglob("*.py"))) < 400
    walks = [_walk({"PYTHONPATH": str(tmp_path)}), _walk({})]
    cut, whole = (walk.communicate(timeout=_PATIENCE)[0].splitlines() for walk in walks)
    assert [walk.returncode for walk in walks] == [0, 0]
    assert [cut[0], whole[0]] == [str(tmp_path / "msgraph"), str(whole_sdk() / "msgraph")]
    assert cut[1:] == whole[1:]
    asked = set(ast.literal_eval(cut[-1].removeprefix("asked: ")))
    assert asked == {operation.name for operation in OPERATIONS} - NEVER_ASKED


def _walk(environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.package.walk"],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | environment,
        stdout=subprocess.PIPE,
        text=True,
    )
