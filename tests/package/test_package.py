"""What goes into the package and how it is written: the same bytes for the same input, within its limits."""

import importlib.machinery
import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from local.configuration import FORMS_FILE
from package import archive, contents
from package.dependencies import is_read
from package.start import NotFromPackageError, OnlyFromPackage
from shared.adapters import package_mark
from tests.fitness.source import ROOT

BOTH = frozenset({"ja", "en"})


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A checkout in small, with what must stay behind beside what ships."""
    folder = tmp_path / "app"
    for name, text in {
        "function_app.py": "NAME = 'the app'\n",
        "host.json": "{}",
        "functions/http_home.py": "",
        "functions/__pycache__/http_home.cpython-313.pyc": "old",
        "shared/.DS_Store": "x",
        "shared/adapters/graph_client.py": "from msgraph import GraphServiceClient\n",
        "shared/presentation/locale/ja/messages.po": "",
        "tests/test_it.py": "", "local/host.py": "", "infra/main.bicep": "", "docs/a.md": "", "bench/b.py": "",
        "package/c.py": "", "local.settings.json": "{}", ".env": "SECRET=1",
    }.items():  # fmt: skip
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


@pytest.fixture
def libraries(tmp_path: Path) -> Path:
    """Site-packages in small."""
    folder = tmp_path / "libraries"
    for name in (
        "msgraph/__init__.py",
        "msgraph/unused.py",
        "lib/__init__.py",
        "lib/data.json",
        "lib/types.pyi",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            "class GraphServiceClient:\n    pass\n" if name.startswith("msgraph") else "", "utf-8"
        )
    return folder


def test_only_what_is_deployed_is_in_it(app: Path, libraries: Path) -> None:
    site = contents.SITE_PACKAGES
    assert set(contents.contents(app, libraries)) == {
        "function_app.py", "__pycache__/function_app.cpython-313.pyc", "host.json",
        "functions/http_home.py", "functions/__pycache__/http_home.cpython-313.pyc",
        "shared/adapters/graph_client.py", "shared/adapters/__pycache__/graph_client.cpython-313.pyc",
        "shared/presentation/locale/ja/messages.po", "shared/package.mark",
        f"{site}/lib/__init__.pyc", f"{site}/lib/data.json", f"{site}/msgraph/__init__.pyc",
    }  # fmt: skip


def test_the_maps_of_the_forms_are_in_it_where_a_university_has_some(app: Path, libraries: Path) -> None:
    """And the service finds the file under the path that the pages tell to set."""
    (app / "forms").mkdir()
    (app / "forms" / "forms.json").write_bytes(FORMS_FILE.read_bytes())
    (app / "forms" / ".notes").write_text("x", "utf-8")
    files = contents.contents(app, libraries)
    assert {name for name in files if name.startswith("forms/")} == {"forms/forms.json"}
    for page in ("deploy", "forms"):
        assert "`FORMS_FILE=forms/forms.json`" in (ROOT / "docs" / f"{page}.md").read_text("utf-8")
    assert "forms" not in (ROOT / ".funcignore").read_text("utf-8").splitlines()


def test_the_list_of_core_tools_leaves_the_same_out() -> None:
    """`func azure functionapp publish` would send a tree: .funcignore names every folder that is not ours to ship."""
    lines = (ROOT / ".funcignore").read_text("utf-8").splitlines()
    ignored = {line for line in lines if not line.startswith("#")}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    places = {line.split("/")[0] for line in tracked.splitlines()}
    shipped = {*contents.SHIPPED, *contents.OWN, "requirements.txt"}
    left = {each for each in places - shipped if not each.startswith(".") and not each.endswith(".md")}
    assert left <= ignored
    assert not ignored & set(contents.SHIPPED)


def test_the_same_input_makes_the_same_bytes(app: Path, libraries: Path, tmp_path: Path) -> None:
    files = contents.contents(app, libraries)
    archive.write(tmp_path / "one.zip", files)
    (app / "function_app.py").touch()
    again = contents.contents(app, libraries)
    archive.write(tmp_path / "two.zip", dict(reversed(again.items())))
    assert archive.digest(tmp_path / "one.zip") == archive.digest(tmp_path / "two.zip")


def test_the_mark_tells_packages_apart_and_a_checkout_from_a_package(app: Path, libraries: Path) -> None:
    first = contents.contents(app, libraries)
    assert re.fullmatch(r"[0-9a-f]{12}", first[contents.MARK].decode())
    assert contents.contents(app, libraries)[contents.MARK] == first[contents.MARK]
    (app / "host.json").write_text('{"x": 1}', "utf-8")
    assert contents.contents(app, libraries)[contents.MARK] != first[contents.MARK]

    assert package_mark.FILE.relative_to(ROOT).as_posix() == contents.MARK
    assert package_mark.package_mark() == "source"
    unpacked = app / "mark"
    unpacked.write_bytes(first[contents.MARK])
    assert package_mark.package_mark(unpacked) == first[contents.MARK].decode()


def test_a_pyc_is_used_whatever_times_the_unpacked_files_have(tmp_path: Path) -> None:
    source = b"WHERE = 'from the pyc'\n"
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "it.py").write_text("WHERE = 'from the source'\n", "utf-8")
    (tmp_path / "__pycache__/it.cpython-313.pyc").write_bytes(archive.compiled(source, "it.py"))
    spec = importlib.util.spec_from_file_location("it", tmp_path / "it.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.WHERE == "from the pyc"


def test_a_package_over_its_limits_is_refused_and_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MOST_FILES", 2)
    monkeypatch.setattr(archive, "MOST_BYTES", 300)
    target = tmp_path / "it.zip"
    with pytest.raises(archive.TooLargeError, match="3 files; the limit is 2"):
        archive.write(target, {"a": b"", "b": b"", "c": b""})
    with pytest.raises(archive.TooLargeError, match="bytes; the limit is 300"):
        archive.write(target, {"a": bytes(range(256)) * 2})
    assert list(tmp_path.iterdir()) == []
    archive.write(target, {"a": b"1"})
    assert zipfile.ZipFile(target).read("a") == b"1"


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("babel/locale-data/ja.dat", True),
        ("babel/locale-data/root.dat", True),
        ("babel/locale-data/fr.dat", False),
        ("babel/global.dat", True),
        ("holidays/countries/japan.py", True),
        ("holidays/locale/ja/LC_MESSAGES/JP.mo", False),
        ("x-1.0.dist-info/METADATA", True),
        ("x-1.0.dist-info/licenses/LICENSE", True),
        ("x-1.0.dist-info/entry_points.txt", True),
        ("x-1.0.dist-info/RECORD", False),
        ("bin/tool", False),
        ("_cffi_backend.cpython-313-x86_64-linux-gnu.so", True),
        ("tzdata/zoneinfo/Asia/Tokyo", True),
    ],
)
def test_of_the_libraries_stays_what_a_running_app_reads(name: str, read: bool) -> None:  # noqa: FBT001
    assert is_read(PurePosixPath(name), languages=BOTH) is read


def test_japans_holidays_do_not_need_the_names_that_are_left_out() -> None:
    """The same days, in a language whose names are not there: the library falls back to what its code says."""
    import holidays

    assert set(holidays.country_holidays("JP", years=2026, language="xx")) == set(
        holidays.country_holidays("JP", years=2026)
    )


def test_the_started_package_may_use_nothing_of_the_checkout_but_the_platform(tmp_path: Path) -> None:
    guard = OnlyFromPackage(tmp_path / "dist/unpacked", tmp_path)
    assert guard.is_foreign("msal", str(tmp_path / ".venv/lib/msal/__init__.py"))
    assert guard.is_foreign("shared.logs", str(tmp_path / "shared/logs.py"))
    assert not guard.is_foreign("msal", str(tmp_path / "dist/unpacked/.python_packages/msal/__init__.pyc"))
    assert not guard.is_foreign("local.parts", str(tmp_path / "local/parts.py"))
    assert not guard.is_foreign("json", importlib.machinery.PathFinder.find_spec("json").origin)  # type: ignore[union-attr]
    (tmp_path / "elsewhere.py").touch()
    with pytest.raises(NotFromPackageError, match="elsewhere would come from"):
        guard.find_spec("elsewhere", [str(tmp_path)])


def test_it_is_built_for_the_python_that_runs_it() -> None:
    assert sys.version_info[:2] == (3, 13)
