"""Flask with what every page does a hundred times made cheap: words of a language, and addresses."""

import re
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, cast

from flask import Flask, Request, current_app, has_request_context, request
from flask.templating import Environment
from jinja2 import Template, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape
from werkzeug.datastructures import ImmutableMultiDict

from examprep.plumbing.i18n import language, translations

_ADDRESSES_KEPT = 10_000
_ADDRESS_LONGEST = 300  # what is longer was typed by somebody; anybody could fill the process with such
_DRAWN_KEPT = 10_000  # of each kind; most of them the parts of questions, of about 3 kB each
_PLAIN = frozenset({str, int})
# Of Werkzeug's stand-in, as it documents it: each word asked of the stand-in itself costs five calls.
_request: Callable[[], Request] = request._get_current_object  # type: ignore[attr-defined]
_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


class Pages(Environment):
    """Templates compiled once in each language, the words put in where they stand in the source as they are."""

    _spoken = ""  # of a compiling environment: its language; the one that Flask has hands on to these

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._languages: dict[str, Pages] = {}
        self._macros: dict[tuple[str, str], Callable[..., Markup]] = {}

    def get_template(self, name: str | Template, parent: str | None = None, globals: Any = None) -> Template:  # noqa: A002 -- Jinja's name
        if self._spoken:
            return super().get_template(name, parent, globals)
        spoken = language()
        return self._speaking(spoken).get_template(name, parent, globals)

    def macro(self, template: str, name: str) -> Callable[..., Markup]:
        """A macro in the language spoken now."""
        pages = self._speaking(language())
        found = pages._macros.get((template, name))
        if found is None:
            found = pages._macros[template, name] = getattr(pages.get_template(template).module, name)
        return found

    def _speaking(self, spoken: str) -> "Pages":
        kept = self._languages.get(spoken)
        if kept is None:
            kept = self.overlay()
            kept._spoken, kept._macros = spoken, {}
            self._languages[spoken] = kept
        return kept

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """A dictionary, where Jinja has a chain of them: it is looked into for every word of a template."""
        return super().make_globals(d) if d else self.globals

    def _generate(self, source: nodes.Template, *args: Any, **options: Any) -> str:
        return super()._generate(_Words().visit(source) if self._spoken else source, *args, **options)


class _Words(NodeTransformer):
    """``_("…")`` becomes its words, and with values for them the words with their values put in."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 -- Jinja names it after the node
        self.generic_visit(node)
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str(said))], dyn_args=None):
                if node.dyn_kwargs is not None:
                    return node
                text = str(translations().ugettext(said))
                values = [nodes.Pair(nodes.Const(each.key), each.value) for each in node.kwargs]
                if not values:
                    return nodes.MarkSafeIfAutoescape(nodes.Const(text % {}), lineno=node.lineno)
                words = nodes.MarkSafeIfAutoescape(nodes.Const(text))
                return nodes.Mod(words, nodes.Dict(values), lineno=node.lineno)
        return node


class Site(Flask):
    """A Flask application whose templates have their words in them and whose addresses are made once."""

    jinja_environment = Pages

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._addresses: dict[tuple[Any, ...], str] = {}
        self.jinja_env.globals["drawn"] = drawn

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: no view here is a coroutine, and Flask would look at a dozen functions in each request."""
        return func

    def url_for(
        self,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """As Flask's; what it said once of words and numbers within a site it says again."""
        # Exactly these types: True is 1 to a dictionary, and not to an address.
        plain = _PLAIN.issuperset(map(type, values.values()))
        if not plain or _anchor or _method or _scheme or _external or endpoint[0] == "." or not has_request_context():
            return super().url_for(
                endpoint, _anchor=_anchor, _method=_method, _scheme=_scheme, _external=_external, **values
            )
        asked = (_request().root_path, endpoint, *values.items())
        known = self._addresses.get(asked)
        if known is None:
            known = super().url_for(endpoint, **values)
            if len(known) <= _ADDRESS_LONGEST:
                if len(self._addresses) >= _ADDRESSES_KEPT:
                    self._addresses.clear()
                self._addresses[asked] = known
        return known


def leave_out_nul() -> None:
    """Read what was typed without the sign that PostgreSQL refuses in any text, and no keyboard has."""
    asked = _request()
    for name in _filled(asked):
        sent = getattr(asked, name)
        if any("\x00" in text for texts in sent.listvalues() for text in texts):
            kept = [(key, text.replace("\x00", "")) for key, text in sent.items(multi=True)]
            setattr(asked, name, ImmutableMultiDict(kept))


def _filled(asked: Request) -> Iterator[str]:
    """Where a request may hold what somebody typed; most hold nothing."""
    if asked.query_string:
        yield "args"
    if asked.content_type and asked.mimetype in _FORMS:
        yield "form"


def drawn(template: str, macro: str, *values: Any, differs: Mapping[str, str] | None = None) -> Markup:
    """What a macro makes of some values, drawn once in each language and kept.

    The macro may use nothing but its arguments, the language and addresses; the values must not change once made.
    ``differs``: arguments that do change, such as a form's token; they are put into what was kept, and the macro may
    only print them.
    """
    if differs is None:
        return _drawn(language(), _request().root_path, template, macro, *values)
    pieces = list(_pieces(language(), _request().root_path, template, macro, tuple(differs), *values))
    for place in range(1, len(pieces), 2):
        pieces[place] = escape(differs[pieces[place]])
    return Markup("".join(pieces))  # noqa: S704 -- a macro made it, and what is put in is escaped


# By type too: what is marked as safe equals the same words that are not, and True equals 1.
@lru_cache(_DRAWN_KEPT, typed=True)
def _drawn(_language: str, _root: str, template: str, macro: str, *values: Any) -> Markup:
    return undrawn(template, macro)(*values)


@lru_cache(_DRAWN_KEPT, typed=True)
def _pieces(
    _language: str, _root: str, template: str, macro: str, names: tuple[str, ...], *values: Any
) -> tuple[str, ...]:
    """What a macro makes of some values, in pieces: every other one is the name of what stands there."""
    # The sign is one that nobody types (`leave_out_nul`); a file may hold it, but hardly around such a name.
    made = undrawn(template, macro)(*values, *(f"\x00{name}\x00" for name in names))
    return tuple(re.split(f"\x00({'|'.join(names)})\x00", str(made)))


def undrawn(template: str, macro: str) -> Callable[..., Markup]:
    """A macro itself, in the language of the page."""
    pages = cast(Pages, current_app.jinja_env)
    return pages.macro(template, macro)
