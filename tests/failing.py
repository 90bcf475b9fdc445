"""A page for each way to fail, for the tests that look at what is said then."""

from flask import Flask, abort
from sqlalchemy.exc import OperationalError

from examprep.kernel.errors import Conflict, Forbidden, NotFound, RuleViolation
from examprep.plumbing.access import public

WAYS = {
    400: lambda: abort(400),
    403: lambda: Forbidden("test.forbidden", "No."),
    404: lambda: NotFound("test.none", "None."),
    405: lambda: abort(405),
    409: lambda: Conflict("test.late", "Late."),
    413: lambda: abort(413),
    422: lambda: RuleViolation("test.rule", "Not so."),
    429: lambda: abort(429),
    500: lambda: ValueError("inner words that nobody shall read"),
    503: lambda: OperationalError("SELECT 1", {}, Exception("gone")),
}


def add_failures(app: Flask) -> None:
    """Serve ``/fail/<status>``, before the first request."""

    def fail(status: int) -> None:
        raise WAYS[status]()

    app.add_url_rule("/fail/<int:status>", "fail", public(fail))
