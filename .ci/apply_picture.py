"""Takes the picture of the application page for README.md from a fresh running copy (`make run`), with Chromium.

    .venv/bin/python .ci/apply_picture.py           # writes docs/pictures/apply.png

`REREGISTER_PORT` and `REREGISTER_LOCAL_PORT` name the copy, as for `make run`.
"""

import base64
import json
import os
import sys
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "pictures" / "apply.png"
APP = f"http://localhost:{os.environ.get('REREGISTER_PORT', '7071')}"
LOCAL = f"http://localhost:{os.environ.get('REREGISTER_LOCAL_PORT', '7072')}"
CHROMIUM = "/usr/bin/chromium"

FRAME = """
<body style="margin:0;background:#dfe5ee;display:flex;gap:36px;padding:36px;align-items:flex-start;width:1228px">
<img src="data:image/png;base64,{desktop}" width="820" style="border-radius:8px;box-shadow:0 4px 18px #0003">
<img src="data:image/png;base64,{phone}" width="372"
 style="border-radius:26px;border:9px solid #222;box-shadow:0 4px 18px #0004;box-sizing:border-box">
"""


def student() -> tuple[str, bytes]:
    """A sample student's account and card."""
    with urllib.request.urlopen(f"{LOCAL}/api/people") as answer:  # noqa: S310 - loopback
        people = json.load(answer)
    upn = next(str(each["upn"]) for each in people if each["kind"] == "student")
    with urllib.request.urlopen(f"{LOCAL}/people/{upn}/card.jpg") as answer:  # noqa: S310 - loopback
        return upn, answer.read()


def shot(browser: Browser, locale: str, size: tuple[int, int]) -> str:
    """The form as somebody sees it who has begun to fill it in; base64 of a PNG."""
    upn, card = student()
    context = browser.new_context(
        locale=locale, viewport={"width": size[0], "height": size[1]}, device_scale_factor=2
    )
    page = context.new_page()
    page.goto(f"{APP}/auth/sign-in?as_role=applicant&next=/apply")
    page.goto(f"{page.url}&as={upn}")
    page.locator("input[name=reason]").first.check()
    page.locator("input[type=file]").set_input_files(
        {"name": "card.jpg", "mimeType": "image/jpeg", "buffer": card}
    )
    image = page.screenshot()
    context.close()
    return base64.b64encode(image).decode()


def main() -> int:
    """Write the picture: the page in English on a desk and in Japanese on a phone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        desktop = shot(browser, "en-GB", (1000, 1010))
        phone = shot(browser, "ja-JP", (390, 868))
        page = browser.new_page(viewport={"width": 1300, "height": 900})
        page.set_content(FRAME.format(desktop=desktop, phone=phone))
        page.locator("body").screenshot(path=PICTURE)
        browser.close()
    print(f"Wrote {PICTURE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
