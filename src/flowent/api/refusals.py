"""What the guard refuses with, in a person's words."""

from flowent.api.problems import ApiError


def unknown_host(host: str) -> ApiError:
    """The Host header names an address that is not ours."""
    return ApiError(
        421,
        "unknown_host",
        "This address is not known here.",
        f"The request is for {host[:200]!r}, under which this workspace is not reached.",
        "Open the address that `flowent serve` printed, or start it with this address as --public-url.",
    )


def bad_header(name: str) -> ApiError:
    """A header is missing its value, is there twice, or cannot be read."""
    return ApiError(
        400,
        "bad_header",
        "A header cannot be read.",
        f"The header {name} is missing, is there more than once, or is malformed.",
        "Send it exactly once, in its standard form.",
    )


def websocket_refused() -> ApiError:
    """WebSockets are not spoken here."""
    return ApiError(
        400,
        "websocket_refused",
        "There are no WebSockets here.",
        "The request asks for a WebSocket.",
        "Follow a conversation with GET /api/conversations/{id}/stream (server-sent events).",
        # What follows an upgrade's head is not HTTP: nothing more can be read from this connection.
        headers={"Connection": "close"},
    )


def foreign_origin() -> ApiError:
    """Another site's page sent this."""
    return ApiError(
        403,
        "foreign_origin",
        "Another site sent this request.",
        "The Origin header names a site that is not this workspace, or not the address that was asked.",
        "Use the workspace from its own page. A proxy in front of it must pass the Host header on unchanged.",
    )


def cross_site() -> ApiError:
    """A browser says that another site or port started this."""
    return ApiError(
        403,
        "cross_site",
        "Another site sent this request.",
        "The browser says that a page of another site or port started this request.",
        "Open the workspace's own address and repeat it there.",
    )


def origin_required() -> ApiError:
    """A browser's session may change something only from our own page."""
    return ApiError(
        403,
        "origin_required",
        "It is not clear which page sent this request.",
        "A request that changes something with the login cookie must carry this workspace's Origin.",
        "Programs should use `Authorization: Bearer` instead of the cookie.",
    )


def login_required() -> ApiError:
    """Nobody is logged in."""
    return ApiError(
        401,
        "login_required",
        "You are not logged in.",
        "The request carries neither a valid bearer token nor a valid session.",
        "Run `flowent link` and open the link it prints, or send `Authorization: Bearer` with the workspace's token.",
        headers={"WWW-Authenticate": 'Bearer realm="flowent"'},
    )


def wrong_credentials(detail: str) -> ApiError:
    """The credentials are not right."""
    return ApiError(
        401,
        "wrong_credentials",
        "The login failed.",
        detail,
        "Run `flowent link` for a new link, or check the token or password.",
        headers={"WWW-Authenticate": 'Bearer realm="flowent"'},
    )


def too_many_attempts(retry_after: int) -> ApiError:
    """Too many logins failed."""
    return ApiError(
        429,
        "too_many_attempts",
        "Too many logins failed.",
        "Further tries from here are not looked at for now.",
        f"Wait {retry_after} s and try again.",
        headers={"Retry-After": str(retry_after)},
    )


def body_too_large(limit: int) -> ApiError:
    """The body is larger than this route takes."""
    return ApiError(
        413,
        "body_too_large",
        "The request is too large.",
        f"This route takes at most {limit} bytes.",
        "Send less at once; long texts can be attached as files.",
        # What is left of the body is not read: the connection cannot be used again.
        headers={"Connection": "close"},
    )


def unsupported_encoding() -> ApiError:
    """The body is compressed."""
    return ApiError(
        415,
        "unsupported_encoding",
        "The body is encoded.",
        "Compressed bodies are not read: their size could not be limited.",
        "Send the body without Content-Encoding.",
    )


def busy_uploads() -> ApiError:
    """Too many uploads run at the same time."""
    return ApiError(
        503,
        "too_many_uploads",
        "Too many uploads at once.",
        "Other files are being uploaded right now.",
        "Try again in a moment.",
        headers={"Retry-After": "2"},
    )


def too_many_streams(*, overall: bool) -> ApiError:
    """Too many streams are open."""
    return ApiError(
        503 if overall else 429,
        "too_many_streams",
        "Too many streams are open.",
        "This workspace has no room for another stream." if overall else "This login has too many open streams.",
        "Close pages or programs that follow conversations; GET /api/stream follows many with one stream.",
        headers={"Retry-After": "5"},
    )


def shutting_down() -> ApiError:
    """The workspace is about to stop."""
    return ApiError(
        503,
        "shutting_down",
        "The workspace is stopping.",
        "No stream is opened any more.",
        "Try again when it has started; open turns go on by themselves.",
        headers={"Retry-After": "5"},
    )


def internal_error(error_id: str) -> ApiError:
    """A bug: the details are in the log only."""
    return ApiError(
        500,
        "internal_error",
        "Something went wrong inside Flowent.",
        f"The details are in the log under {error_id}.",
        "Try again. If it happens again, look that id up in the log file and report it.",
        error_id=error_id,
    )
