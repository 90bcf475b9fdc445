"""The application as a device installs it: its manifest, and the service worker that keeps the off-line page."""

import hashlib
import json
from functools import cache

from flask import Blueprint, Response, jsonify, render_template, url_for
from flask.typing import ResponseReturnValue

from examprep.kernel.sentence import N_
from examprep.plumbing.access import public
from examprep.plumbing.files import resource
from examprep.plumbing.i18n import language, say

bp = Blueprint("device", __name__)

ICONS = ((192, "any"), (512, "any"), (512, "maskable"))
PAPER, ACCENT = "#faf7f2", "#1f5c4d"

# What the off-line pages are drawn with, besides what its own first lines name.
STATIC = ("theme.css", "practice.css", "training.css", "icon.svg", "offline/page.js", "offline/scanner.js")
MODULES = ("offline/store.js", "offline/sync.js", "offline/banner.js", "offline/install.js")


@cache
def static_version() -> str:
    """Tells one content of the styles, scripts and icons from another: the same on every machine of an installation."""
    folder = resource("plumbing") / "static"
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


@bp.get("/sw.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker. Its text changes with the content of what it keeps, so that a device fetches that anew."""
    files = [
        url_for("practice.offline"),
        url_for("training.scanner"),
        url_for("bootstrap.static", filename="css/bootstrap.min.css"),
        *(url_for("static", filename=name) for name in STATIC),
        *(url_for("static", filename=name).partition("?")[0] for name in MODULES),
    ]
    shell = render_template("practice/offline.html") + render_template("training/scanner.html", session_id=None)
    version = hashlib.sha256((shell + static_version()).encode()).hexdigest()[:12]
    text = (resource("plumbing") / "static" / "worker.js").read_text(encoding="utf-8")
    head = f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(files)};\n"
    response = Response(head + text, mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/manifest.webmanifest")
@public
def manifest() -> ResponseReturnValue:
    """How the application is called and looks once it is installed."""
    icons = [
        {
            "src": url_for("static", filename=f"icons/{purpose}-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size, purpose in ICONS
    ]
    response = jsonify(
        id="/",
        name=say(N_("examprep: exams and continuing education of social workers")),
        short_name="examprep",
        lang={"zh": "zh-CN"}.get(language(), language()),
        start_url="/",
        scope="/",
        display="standalone",
        background_color=PAPER,
        theme_color=ACCENT,
        icons=icons,
    )
    response.mimetype = "application/manifest+json"
    return response
