"""The candidate's page of progress."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from examprep.kernel.sentence import N_
from examprep.people.access import Permission
from examprep.people.session import current_actor
from examprep.plumbing import charts
from examprep.plumbing.access import needs
from examprep.plumbing.i18n import short_day
from examprep.plumbing.runtime import reading, runtime
from examprep.practice import forms, progressing
from examprep.practice.views import bp
from examprep.syllabus.forms import KINDS

# Where somebody lies in the cohort, by how many of its quantiles lie below them. Nobody is told that they are last.
BANDS = (
    N_("in the lower quarter"),
    N_("in the lower quarter"),
    N_("in the middle half, below the middle"),
    N_("in the middle half, above the middle"),
    N_("in the upper quarter"),
    N_("in the upper tenth"),
)


@bp.get("/progress")
@needs(Permission.PRACTICE_OWN_USE)
def progress() -> ResponseReturnValue:
    """What is mastered, how steadily one practises, what comes, and where one lies among all."""
    today = runtime().clock.today()
    with reading() as session:
        shown = progressing.progress(
            session, current_actor(), subject_code=forms.asked(request.args, "subject"), today=today
        )
    chart = charts.columns(
        [short_day(day.on) for day in shown.days],
        [[day.answered for day in shown.days], [day.rights for day in shown.days]],
    )
    return render_template("practice/progress.html", progress=shown, chart=chart, kinds=KINDS, bands=BANDS, today=today)
