"""Plugs training into the application."""

from examprep.feature import Dependent, Derived, ExamClasses, Feature, HomeCard, NavItem, Search
from examprep.kernel.sentence import N_
from examprep.people.access import Permission, Role
from examprep.plumbing.runtime import runtime
from examprep.training import (
    approval_views,
    asking,
    asking_views,
    board_views,
    calendar_views,
    cards,
    checking_views,
    copy_views,
    feedback_jobs,
    feedback_views,
    finding,
    learner_views,
    material_views,
    meetings,
    mentor_views,
    mentoring,
    mentoring_views,
    my_mentoring_views,
    my_path_views,
    my_unit_views,
    notices,
    overview,
    path_views,
    presence,
    progress_views,
    proposing_views,
    scanning_views,
    season_views,
    seat_jobs,
    seat_news,
    seat_store,
    session_views,
    staff_views,
    store,
    task_views,
    timetable_views,
    unit_judging,
    unit_learning,
    unit_views,
    views,
)
from examprep.training.blueprint import bp
from examprep.training.moves import MOVING
from examprep.training.path_models import EvidenceRow
from examprep.training.seat_importer import SeatImporter
from examprep.training.study_models import MaterialRow
from examprep.training.trail import TRAIL
from examprep.training.unit_models import UnitRow

# The view modules hang their pages on the blueprint when they are imported.
PAGES = (
    views,
    approval_views,
    asking_views,
    calendar_views,
    board_views,
    checking_views,
    copy_views,
    feedback_views,
    learner_views,
    material_views,
    mentor_views,
    mentoring_views,
    my_mentoring_views,
    my_path_views,
    my_unit_views,
    path_views,
    progress_views,
    proposing_views,
    scanning_views,
    season_views,
    session_views,
    staff_views,
    task_views,
    timetable_views,
    unit_views,
)

FEATURE = Feature(
    name="training",
    blueprint=bp,
    importers=(SeatImporter(lambda: runtime().vault),),
    jobs=(*feedback_jobs.JOBS, *seat_jobs.JOBS),
    searches=(
        Search(N_("Classes"), Permission.TRAINING_CLASS_MANAGE, "training.classes", finding.managed),
        Search(N_("Open classes"), Permission.TRAINING_CLASS_ENROL, "training.open_classes", finding.open_to_enrol),
    ),
    nav=(
        NavItem(N_("Today"), "training.home", Permission.TRAINING_CLASS_MANAGE, Role.TRAINER, 10, "day"),
        NavItem(N_("Classes"), "training.classes", Permission.TRAINING_CLASS_MANAGE, Role.TRAINER, 12, "classes"),
        NavItem(N_("Timetable"), "training.timetable", Permission.TRAINING_CLASS_MANAGE, Role.TRAINER, 11, "timetable"),
        NavItem(
            N_("On-line units"), "training.managed_units", Permission.TRAINING_CLASS_MANAGE, Role.TRAINER, 14, "units"
        ),
        NavItem(N_("On-line units"), "training.my_units", Permission.TRAINING_CLASS_ENROL, Role.CANDIDATE, 22, "units"),
        NavItem(
            N_("Mentoring"),
            "training.mentor_pairs",
            Permission.TRAINING_CLASS_MANAGE,
            Role.TRAINER,
            30,
            "mentoring",
        ),
        NavItem(
            N_("Enrol people"), "training.staff_classes", Permission.TRAINING_STAFF_ENROL, Role.OFFICER, 57, "classes"
        ),
        NavItem(N_("Mentoring"), "training.mentor_pairs", Permission.BUREAU_HOME_SEE, Role.OFFICER, 58, "mentoring"),
        NavItem(
            N_("Classes"),
            "training.open_classes",
            Permission.TRAINING_CLASS_ENROL,
            Role.CANDIDATE,
            20,
            "classes",
        ),
    ),
    home_cards=(
        HomeCard(Role.CANDIDATE, Permission.TRAINING_CLASS_ENROL, 10, "training/_own_classes.html", cards.own_classes),
        HomeCard(Role.TRAINER, Permission.BANK_QUESTION_EDIT, 10, "home/figure.html", cards.open_reports),
        HomeCard(Role.TRAINER, Permission.TRAINING_CLASS_MANAGE, 15, "home/figure.html", cards.open_questions),
        HomeCard(Role.TRAINER, Permission.TRAINING_STAFF_ENROL, 20, "home/figure.html", cards.wishes),
        HomeCard(Role.OFFICER, Permission.TRAINING_STAFF_ENROL, 25, "home/figure.html", cards.wishes),
    ),
    exam_classes=ExamClasses(overview.exam_classes, store.exam_seats),
    menders=(finding.mending,),
    sealed=(MaterialRow.content, UnitRow.content, EvidenceRow.content),
    dependents=(Dependent(N_("Tests of on-line units"), unit_judging.flips, unit_learning.redo),),
    derived=(
        Derived("training_attendance", presence.differences),
        Derived("training_class", seat_store.differences),
        Derived("training_unit_try", unit_judging.differences),
    ),
    trail=TRAIL,
    moving=MOVING,
    still_due={
        notices.CONDITION: notices.unchanged,
        seat_news.CONDITION: seat_news.still_so,
        asking.ASKED: asking.still_open,
        asking.ANSWERED: asking.still_shown,
        mentoring.PAIRED: mentoring.still_paired,
        meetings.TOLD_MAIL: meetings.still_told,
    },
    mails={
        "class-changed": N_("A session moved or cancelled"),
        seat_news.TEMPLATE: N_("A seat in a class: offered, given or refused"),
        asking.ASKED: N_("Questions of learners that wait"),
        asking.ANSWERED: N_("A reply to what one asked in a class"),
        mentoring.PAIRED: N_("A mentor, or a mentee, of one's own"),
        meetings.TOLD_MAIL: N_("A meeting with one's mentor, to confirm"),
    },
    optional_mails=(asking.ASKED, asking.ANSWERED),
)
