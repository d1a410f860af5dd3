"""Puts RO-Crate's JSON-LD context into the validator's cache, so that it needs no network.

`python rocrate_context.py CACHE`; the context is the one that the package rocrate carries.
"""

import io
import sys
from importlib.resources import files

from requests.adapters import BaseAdapter
from requests.models import Response
from requests_cache import CachedSession
from urllib3 import HTTPResponse

URL = "https://w3id.org/ro/crate/1.3/context"


class Local(BaseAdapter):
    """Answers every request with the same document."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def send(self, request, **_options):
        response = Response()
        response.status_code = 200
        response.url, response.request = request.url, request
        response.headers["Content-Type"] = "application/ld+json"
        response.raw = HTTPResponse(io.BytesIO(self.body), status=200, headers=response.headers, preload_content=False)
        return response

    def close(self):
        pass


body = files("rocrate").joinpath("data", "ro-crate.jsonld").read_bytes()
assert f'"{URL}"'.encode() in body
session = CachedSession(cache_name=sys.argv[1], backend="sqlite", expire_after=-1)
session.mount(URL, Local(body))
session.get(URL).raise_for_status()
