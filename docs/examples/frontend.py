"""Another frontend: signs its user in on the server, applies for them, shows how it stands. Needs aiohttp, msal, requests.

A confidential client: the access token stays on the server, the browser holds a random session id. docs/api.md says how it is
registered. (A real one keeps its sessions where they outlive the process.)
"""

import os
from asyncio import to_thread
from secrets import token_urlsafe
from typing import Any

import msal
import requests
from aiohttp import web

API, CALLBACK = f"{os.environ['RECOVERY_URL']}/api/applications", os.environ["CALLBACK"]
SCOPES = [f"api://{os.environ['API_CLIENT_ID']}/Applications.Submit"]
SESSIONS: dict[str, dict[str, Any]] = {}
FORM = """<form method="post" action="/apply" enctype="multipart/form-data"><select name="reason"><option>lost<option>broken
</select><input type="file" name="photo" required><button>Apply</button></form>"""


def make_app(http: requests.Session | None = None) -> web.Application:
    """The frontend; ``http`` is for tests."""
    who = {"client_id": os.environ["CLIENT_ID"], "client_credential": os.environ["CLIENT_SECRET"]}
    how = {
        "oidc_authority": os.environ["AUTHORITY"],
        "exclude_scopes": ["offline_access"],
        "http_client": http,
    }
    entra = msal.ConfidentialClientApplication(**who, **how)

    def with_session(answer: web.Response, **held: object) -> web.Response:
        sid = token_urlsafe()  # a new one each time: nobody can put a known one into another's browser
        SESSIONS[sid] = held
        answer.set_cookie("sid", sid, httponly=True, samesite="Lax", secure=CALLBACK.startswith("https:"))
        return answer

    async def sign_in(_: web.Request) -> web.Response:
        flow = entra.initiate_auth_code_flow(SCOPES, redirect_uri=CALLBACK, response_mode="query")
        return with_session(web.Response(status=302, headers={"Location": flow["auth_uri"]}), flow=flow)

    async def callback(request: web.Request) -> web.Response:
        flow = SESSIONS.pop(request.cookies.get("sid", ""), {}).get("flow")
        result = entra.acquire_token_by_auth_code_flow(flow, dict(request.query)) if flow else {}
        if "access_token" not in result:
            return web.Response(status=403, text="The sign-in did not work. Start again at /.")
        return with_session(web.Response(text=FORM, content_type="text/html"), token=result["access_token"])

    async def apply(request: web.Request) -> web.Response:
        token = SESSIONS.get(request.cookies.get("sid", ""), {}).get("token", "")
        head = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
        sent: Any = await request.post()
        files = {"photo": sent["photo"].file} if "photo" in sent else {}
        body: Any = {"data": {"reason": sent["reason"]}, "files": files}
        taken = await to_thread(lambda: requests.post(API, headers=head, timeout=60, **body))
        if not taken.ok:
            return web.Response(status=400, text=f"{taken.json()['title']}. {taken.json()['detail']}")
        own = f"{API}/{taken.json()['id']}"
        now = (await to_thread(lambda: requests.get(own, headers=head, timeout=60))).json()
        return web.Response(
            text=f"{now['reference']}: {now['state']}, next: {now['next_actor']}, {now['promised_by']}"
        )

    app = web.Application(client_max_size=12 * 1024 * 1024)
    app.add_routes([web.get("/", sign_in), web.get("/callback", callback), web.post("/apply", apply)])
    return app


if __name__ == "__main__":
    web.run_app(make_app(), port=int(os.environ.get("PORT", "7079")))
