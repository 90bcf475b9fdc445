"""Plugs the officer's home, and what bureaus publish, into the application."""

from examprep.bureau import brief_views, coverage_views, public_views, publications, publish_views, views, yearly_views
from examprep.bureau.moves import MOVING
from examprep.bureau.statement_importer import StatementImporter
from examprep.bureau.trail import TRAIL
from examprep.feature import Derived, Feature, NavItem
from examprep.kernel.sentence import N_
from examprep.people.access import Permission, Role

# The view modules hang their pages on the blueprint when they are imported.
PAGES = (views, brief_views, coverage_views, publish_views, yearly_views)

FEATURE = Feature(
    name="bureau",
    blueprint=views.bp,
    importers=(StatementImporter(),),
    nav=(
        NavItem(N_("Overview"), "bureau.home", Permission.BUREAU_HOME_SEE, Role.OFFICER, 10, "home"),
        NavItem(N_("Coverage"), "bureau.covered", Permission.BUREAU_HOME_SEE, Role.OFFICER, 57, "tree", N_("Covered")),
    ),
    derived=(Derived("bureau_publication", publications.differences),),
    trail=TRAIL,
    moving=MOVING,
)
PUBLISHED = Feature(name="published", blueprint=public_views.bp)
