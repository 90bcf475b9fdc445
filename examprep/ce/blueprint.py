"""The blueprint that all pages of continuing education hang on."""

from flask import Blueprint

bp = Blueprint("ce", __name__, url_prefix="/ce")
