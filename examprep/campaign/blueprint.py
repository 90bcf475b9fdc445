"""The blueprint on which the campaign's view modules hang their pages."""

from flask import Blueprint

bp = Blueprint("campaign", __name__, url_prefix="/campaign")
