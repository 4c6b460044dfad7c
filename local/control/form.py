"""A page that stands for the Microsoft Form: pick who answers, answer, and the flow posts it to the service.

The real form knows who answers because they signed in; here the person is picked.
"""

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from local import people
from local.flow import Flow, new_run, sample_form
from local.pages import render

if TYPE_CHECKING:
    from local.cloud import Cloud

_FIRST_RESPONSE = 5001
"""Above the numbers of the recorded samples."""


class FormPage:
    """The sample form, and the flow behind it."""

    def __init__(self, cloud: "Cloud") -> None:
        self._cloud = cloud
        self._next = _FIRST_RESPONSE

    async def show(self, _request: web.Request) -> web.Response:
        """The empty form."""
        return self._page()

    async def send(self, request: web.Request) -> web.Response:
        """Take the answers as Microsoft Forms would, and let the flow post them."""
        sent = await request.post()
        form, entry = sample_form()
        answers = {name: str(sent.get(name, "")) for name in entry["questions"]}
        response = {
            "form_id": form,
            "response_id": self._next,
            "responder": str(sent.get("responder", "")),
            "submit_date": self._cloud.now().isoformat(),
            "run": new_run(),
            "answers": answers,
        }
        self._next += 1
        settings = self._cloud.settings
        answer = await asyncio.to_thread(Flow(settings.base_url, settings.local_url).post, response)
        return self._page(sent=json.dumps(response, ensure_ascii=False, indent=2), answer=_told(answer))

    def _page(self, *, sent: str = "", answer: dict[str, Any] | None = None) -> web.Response:
        _, entry = sample_form()
        html = render(
            "form",
            title=entry["title"],
            questions=entry["questions"],
            people=[each for each in people.everyone() if each.kind in {"student", "staff"}],
            sent=sent,
            answer=answer,
        )
        return web.Response(text=html, content_type="text/html", headers={"Cache-Control": "no-store"})


def _told(answer: Any) -> dict[str, Any]:  # noqa: ANN401 - an answer of requests, made in a thread
    document = answer.json()
    return {
        "status": answer.status_code,
        "ok": answer.ok,
        "text": json.dumps(document, ensure_ascii=False, indent=2),
        "status_url": document.get("status_url", ""),
    }
