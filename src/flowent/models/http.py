"""The one HTTP client that model adapters share.

What may surprise, and is so on purpose:

- **The environment is not read**: no `HTTP_PROXY`, which would send requests to a local model through a proxy, and
  no `.netrc`, which would send a password that nobody chose. A proxy is named in the configuration, or there is none.
  Trusted certificates are the exception (`flowent.models.http_transport`).
- **Redirects are not followed**: the key goes to the address that a person entered, or nowhere.
- **Cookies are not kept**: two keys at one provider share the client, and must not share a session.
- The client knows no key: keys and extra headers belong to a request.
- Only connecting has a time-out of the client's; how long a silent answer is waited for is the adapter's business,
  for only it can tell the first chunk from a later one.
"""

from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from flowent.models.base import Timeouts
from flowent.models.http_transport import DirectTransport

HEADERS = {
    "user-agent": "Flowent",
    # A compressed stream is held back by the compressor and costs time to open.
    "accept-encoding": "identity",
}


class SharedClient:
    """Makes the client when it is first needed, and closes it once."""

    def __init__(self, *, proxy: str | None = None) -> None:
        """Remember the proxy's URL; connect to nothing."""
        self._proxy = proxy
        self._client: httpx.AsyncClient | None = None
        self._closed = False

    def get(self) -> httpx.AsyncClient:
        """Give the client; raises RuntimeError after `aclose`. Must be called on the event loop that uses it."""
        if self._closed:
            raise RuntimeError("The HTTP client is closed.")
        if self._client is None:
            transport = httpx.AsyncHTTPTransport(proxy=self._proxy) if self._proxy else DirectTransport()
            self._client = new_client(transport)
        return self._client

    async def aclose(self) -> None:
        """Hang up everywhere; running requests fail."""
        self._closed = True
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def new_client(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """Make a client over any transport, with the rules above."""
    return httpx.AsyncClient(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        headers=HEADERS,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=httpx.Timeout(None, connect=Timeouts().connect),
    )
