"""Compile the catalogues when a wheel, or an editable install, is built."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(root: Path) -> None:
    """Write a .mo beside every .po below ``root``."""
    for source in root.glob("*/LC_MESSAGES/*.po"):
        with source.open("rb") as text, source.with_suffix(".mo").open("wb") as binary:
            write_mo(binary, read_po(text))


class CatalogueHook(BuildHookInterface[BuilderConfig]):
    """Hatchling calls this before it collects files."""

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        compile_catalogues(Path(self.root, "examprep", "translations"))
