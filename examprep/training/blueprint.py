"""The address space of training; the view modules hang their pages on it."""

from flask import Blueprint

bp = Blueprint("training", __name__, url_prefix="/training")
