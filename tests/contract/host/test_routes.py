"""Route templates (reference: ASP.NET Core routing) and host.json."""

from datetime import timedelta
from pathlib import Path

import pytest

from local.host.host_json import read_host_json
from local.host.metadata import AuthLevel, Function, HttpTrigger, IndexingError
from local.host.routes import RouteTable


def table(*templates: str, prefix: str = "") -> RouteTable:
    functions = [
        Function(template, template, HttpTrigger("req", template, frozenset({"GET"}), AuthLevel.ANONYMOUS))
        for template in templates
    ]
    return RouteTable(functions, prefix=prefix)


def found(routes: RouteTable, path: str) -> tuple[str, dict[str, str]] | None:
    hit = routes.find(path, "GET")
    return None if hit is None else (hit[0].function.name, hit[1])


@pytest.mark.parametrize(
    ("template", "good", "bad"),
    [
        ("{v:int}", ["0", "-5", "2147483647"], ["2147483648", "a", "1.5"]),
        ("{v:long}", ["2147483648"], ["9223372036854775808"]),
        ("{v:guid}", ["11111111-2222-4333-8444-555555555555"], ["11111111", "g" * 32]),
        ("{v:bool}", ["true", "False"], ["yes"]),
        ("{v:alpha}", ["abC"], ["a1"]),
        ("{v:double}", ["1.5"], ["x"]),
        ("{v:datetime}", ["2026-11-24"], ["24"]),
        ("{v:length(3)}", ["abc"], ["ab", "abcd"]),
        ("{v:length(2,3)}", ["ab", "abc"], ["a", "abcd"]),
        ("{v:minlength(2)}", ["ab"], ["a"]),
        ("{v:maxlength(2)}", ["ab"], ["abc"]),
        ("{v:min(3)}", ["3"], ["2"]),
        ("{v:max(3)}", ["3"], ["4"]),
        ("{v:range(3,5)}", ["3", "5"], ["2", "6"]),
        ("{v:int:min(3)}", ["3"], ["2", "x"]),
        (r"{v:regex(^\d+$)}", ["12"], ["a1"]),
    ],
)
def test_constraints(template: str, good: list[str], bad: list[str]) -> None:
    routes = table(template)

    assert [found(routes, f"/{value}") for value in good] == [(template, {"v": value}) for value in good]
    assert [found(routes, f"/{value}") for value in bad] == [None] * len(bad)


def test_literals_come_before_constrained_before_free_before_catch_all() -> None:
    routes = table("{*rest}", "a/{x}", "a/{x:int}", "a/b", "a/{x}.txt")

    assert found(routes, "/A/B") == ("a/b", {})
    assert found(routes, "/a/1") == ("a/{x:int}", {"x": "1"})
    assert found(routes, "/a/c.txt") == ("a/{x}.txt", {"x": "c"})
    assert found(routes, "/a/c") == ("a/{x}", {"x": "c"})
    assert found(routes, "/a/c/d") == ("{*rest}", {"rest": "a/c/d"})


def test_optional_default_and_catch_all_parameters_may_be_absent() -> None:
    assert found(table("a/{x?}"), "/a") == ("a/{x?}", {})
    assert found(table("a/{x=7}"), "/a") == ("a/{x=7}", {"x": "7"})
    assert found(table("a/{*x}"), "/a") == ("a/{*x}", {})


def test_paths_are_decoded_by_segment_and_dots_are_resolved() -> None:
    """An encoded slash separates nothing and stays encoded."""
    routes = table("a/{x}")

    assert found(routes, "/a/%E3%81%82") == ("a/{x}", {"x": "あ"})
    assert found(routes, "/a/b%2fc") == ("a/{x}", {"x": "b%2Fc"})
    assert found(routes, "/z/../a/./b") == ("a/{x}", {"x": "b"})
    assert found(routes, "/a/%2E%2E/a/b") == ("a/{x}", {"x": "b"})


def test_the_prefix_of_host_json_comes_first() -> None:
    routes = table("a", prefix="api")

    assert found(routes, "/api/a") == ("a", {})
    assert found(routes, "/a") is None


@pytest.mark.parametrize("template", ["admin/x", "{x:nonsense}", "{x", "a/{x:length()}"])
def test_templates_that_the_platform_refuses_are_refused(template: str) -> None:
    with pytest.raises(IndexingError):
        table(template)


def test_host_json_has_the_platforms_defaults(tmp_path: Path) -> None:
    options = read_host_json(tmp_path, {})

    assert options.route_prefix == "api"
    assert options.function_timeout == timedelta(minutes=30)
    assert (options.queues.batch_size, options.queues.new_batch_threshold) == (16, 8)
    assert (options.queues.max_dequeue_count, options.queues.visibility_timeout) == (5, timedelta())


@pytest.mark.parametrize(
    "text",
    ["{", '{"functionTimeout": "5 minutes"}', '{"extensions": {"queues": {"batchSize": 33}}}',
     '{"extensions": {"queues": {"messageEncoding": "utf8"}}}'],
)  # fmt: skip
def test_impossible_settings_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "host.json").write_text(text)

    with pytest.raises(IndexingError):
        read_host_json(tmp_path, {})
