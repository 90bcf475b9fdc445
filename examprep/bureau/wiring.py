"""Plugs the officer's home into the application."""

from examprep.bureau.views import bp
from examprep.feature import Feature, NavItem
from examprep.kernel.sentence import N_
from examprep.people.access import Permission, Role

FEATURE = Feature(
    name="bureau",
    blueprint=bp,
    nav=(NavItem(N_("Overview"), "bureau.home", Permission.BUREAU_HOME_SEE, Role.OFFICER, 10, "home"),),
)
