"""What a browser does on the pages: keeps cookies, follows forms with their hidden fields, says where it comes from."""

import html
import re
from typing import Any

import httpx

HOME = "https://jingpin.test"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class Browser:
    """One browser; `page` is the last answer."""

    def __init__(self, app: Any, language: str = "zh-CN") -> None:
        headers = {"Accept-Language": language}
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HOME, headers=headers)
        self.page = httpx.Response(200)

    async def open(self, path: str) -> httpx.Response:
        """Go to a page of the product; where it leads on is not followed."""
        self.page = await self.http.get(path)
        return self.page

    async def send(self, path: str, origin: str | None = HOME, **fields: str) -> httpx.Response:
        """Send the form of the page that is open."""
        form = self.hidden() | fields
        self.page = await self.http.post(path, data=form, headers={"Origin": origin} if origin else {})
        return self.page

    async def sign_in(self, user: str, password: str, then: str = "/", **more: str) -> httpx.Response:
        """Open the page for it, fill in the form and send it."""
        await self.open(f"/sign-in?next={then}")
        return await self.send("/sign-in", username=user, password=password, **more)

    def hidden(self) -> dict[str, str]:
        """The hidden fields of the page that is open."""
        return {name: html.unescape(value) for name, value in HIDDEN.findall(self.page.text)}

    @property
    def cookie(self) -> str:
        """The token of the session on the pages."""
        return self.http.cookies.get("__Host-session", "")
