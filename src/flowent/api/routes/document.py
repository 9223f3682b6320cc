"""The OpenAPI document of this very server."""

import asyncio
import json

from fastapi import APIRouter, FastAPI, Request, Response

from flowent.api import openapi
from flowent.api.route import ApiRoute, Use

router = APIRouter(route_class=ApiRoute, prefix="/api", tags=["workspace"])


@router.get("/openapi.json")
async def get_openapi_document(request: Request, use: Use) -> Response:
    """Give this document."""
    app: FastAPI = request.app
    # In a thread: making it takes some 200 ms, which no stream should wait for.
    return Response(await asyncio.to_thread(_serialised, app, use.about.version), media_type="application/json")


def _serialised(app: FastAPI, version: str) -> bytes:
    if app.openapi_schema is None:
        app.openapi_schema = openapi.document(app, version)
    return json.dumps(app.openapi_schema, ensure_ascii=False).encode()
