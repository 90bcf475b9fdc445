"""Where templates, migrations and data stand: inside an installed wheel, or at the top of a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def resource(name: str) -> Path:
    """The folder ``name`` (``templates``, ``migrations``).

    Raises:
        FileNotFoundError: the installation lacks it.
    """
    for place in (PACKAGE / name, PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the installation lacks its {name} folder")
