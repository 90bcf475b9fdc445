"""Languages: which one, and how dates, numbers, hours and marks look in it.

Chinese is first. The choice is kept in the account (or, before sign-in, in a cookie).
"""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale, get_translations, ngettext

from examprep.kernel.clock import OFFICE_ZONE
from examprep.kernel.marks import format_marks
from examprep.kernel.minutes import credit_hours
from examprep.kernel.rate import Rate
from examprep.kernel.sentence import Sentence

LANGUAGES = {"zh": "中文", "en": "English"}
LANGUAGE_COOKIE = "examprep_language"

babel = Babel()


_LOCALES = {language: Locale(language) for language in LANGUAGES}  # reading one anew for each page takes its time


def choose_locale() -> Locale:
    """The account's language, else the cookie's, else the browser's if it asks for English first, else Chinese."""
    return _LOCALES[_chosen()]


def _chosen() -> str:
    if not has_request_context():
        return "zh"
    chosen = getattr(g.get("actor"), "language", None) or request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), default="zh") or "zh"


_translations: dict[str, Any] = {}


def translations() -> Any:
    """The catalogue of the language spoken now. Flask-Babel asks several proxies for it at each word of a page."""
    spoken = language()
    found = _translations.get(spoken)
    if found is None:
        found = _translations[spoken] = get_translations()
    return found


def speak_quickly(app: Flask) -> None:
    """Let templates take their words from `translations`; a page has a hundred of them."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda words: translations().ugettext(words),
        lambda one, many, count: translations().ungettext(one, many, count),
        newstyle=True,
    )


_g = g._get_current_object  # of Werkzeug's stand-ins, as they document it


def language() -> str:
    """The language of the page or mail that is being made."""
    # Flask-Babel and the stand-in for `g` go longer ways to where this is written down; a page asks a hundred times.
    chosen = getattr(_g().get("_flask_babel"), "babel_locale", None) or get_locale()
    return str(chosen.language)


def say(sentence: object) -> str:
    """A Sentence (or a plain message id) in the current language; other values as they are."""
    if isinstance(sentence, Sentence):
        values = {name: _shown(value) for name, value in sentence.values.items()}
        return str(translations().ugettext(sentence.text)) % values
    if isinstance(sentence, str):
        return str(translations().ugettext(sentence)) if sentence else ""
    return str(sentence)


def _shown(value: object) -> object:
    if isinstance(value, Sentence):
        return say(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Mapping):
        return in_language(value)
    return value


def in_language(names: Mapping[str, str] | None, fallback: str = "") -> str:
    """Of names kept as ``{"zh": …, "en": …}`` the one to show; Chinese where English is missing."""
    if not names:
        return fallback
    return names.get(language()) or names.get("zh") or fallback


def number(value: int | float | None, digits: int = 0) -> str:
    if value is None:
        return "—"
    if isinstance(value, int) and not digits:
        # The same in both languages, and most numbers of a page are such; Babel breaks on those of thirty digits.
        return f"{value:,}"
    return _decimal(value or 0, digits, language())  # -0.0 equals 0.0, and would be kept for both


@lru_cache(4096)
def _decimal(value: int | float, digits: int, spoken: str) -> str:
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=spoken)


def percent(value: Rate | float | None, digits: int = 1) -> str:
    """A rate in per cent, rounded here and nowhere before; a dash where there is no base."""
    figure = value.percent if isinstance(value, Rate) else value
    return "—" if figure is None else f"{number(figure, digits)}%"


def signed(value: int | float | None, digits: int = 0) -> str:
    """With its sign: changes are read by their sign first."""
    if value is None:
        return "—"
    shown = number(abs(value), digits)
    return f"+{shown}" if value > 0 else f"−{shown}" if value < 0 else shown


def hours(minutes: int | None, minutes_per_hour: int = 45) -> str:
    """Credit hours of so many minutes, with the thousands set apart."""
    if minutes is None:
        return "—"
    exact = credit_hours(minutes, minutes_per_hour=minutes_per_hour)
    return number(float(exact), len(exact.partition(".")[2])).replace("-", "−")


def marks(half_points: int | None) -> str:
    return "—" if half_points is None else format_marks(half_points)


def points(half_points: int) -> str:
    """Marks with their word, as in "1.5 points"."""
    return str(ngettext("%(points)s point", "%(points)s points", (half_points + 1) // 2, points=marks(half_points)))


def yuan(fen: int | None) -> str:
    """Money in yuan; its fen only where there are some."""
    if fen is None:
        return "—"
    shown = number(abs(fen) / 100, 2 if fen % 100 else 0)
    return f"−{shown}" if fen < 0 else shown


@lru_cache(8192)
def _dated(value: date | datetime, pattern: str, spoken: str) -> str:
    """Babel's words, kept: lists show the same days again and again, and it thinks anew about each."""
    if isinstance(value, datetime):
        return str(format_datetime(value, pattern, tzinfo=OFFICE_ZONE, locale=spoken))
    return str(format_date(value, pattern, locale=spoken))


def month(value: date | None) -> str:
    """The month of an office day: 2026年3月, or Mar 2026."""
    if value is None:
        return "—"
    spoken = language()
    return _dated(value, "y年M月" if spoken == "zh" else "MMM y", spoken)


def day(value: date | None) -> str:
    """An office day: 2026年3月9日, or 9 Mar 2026."""
    if value is None:
        return "—"
    if isinstance(value, datetime):
        value = value.astimezone(OFFICE_ZONE).date()
    spoken = language()
    return _dated(value, "y年M月d日" if spoken == "zh" else "d MMM y", spoken)


def short_day(value: date) -> str:
    """An office day without its year, for the foot of a chart: 3/9, or 9 Mar."""
    spoken = language()
    return _dated(value, "M/d" if spoken == "zh" else "d MMM", spoken)


def instant(value: datetime | None) -> str:
    """An instant on the office's clock, to the minute."""
    if value is None:
        return "—"
    spoken = language()
    return _dated(value, "y年M月d日 HH:mm" if spoken == "zh" else "d MMM y, HH:mm", spoken)


def clock_time(value: datetime | None) -> str:
    return "—" if value is None else _dated(value, "HH:mm", language())


def dated(value: date | datetime) -> str:
    """A day with its weekday, each language's in its own order."""
    on = value.astimezone(OFFICE_ZONE).date() if isinstance(value, datetime) else value
    chinese = language() == "zh"
    weekday = _dated(on, "EEEE" if chinese else "EEE", language())
    return f"{day(on)} {weekday}" if chinese else f"{weekday} {day(on)}"


FILTERS = {
    "say": say,
    "named": in_language,
    "number": number,
    "percent": percent,
    "signed": signed,
    "hours": hours,
    "marks": marks,
    "points": points,
    "day": day,
    "month": month,
    "yuan": yuan,
    "instant": instant,
    "clock_time": clock_time,
    "dated": dated,
}
