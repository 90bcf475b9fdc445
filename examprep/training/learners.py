"""Who learns for an exam, for subjects above: seats in its classes as a query to join, and the classes by name."""

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from examprep.people.actor import Actor
from examprep.training import store
from examprep.training.models import ClassRow, CourseRow, EnrolmentRow


def seats(exam_year: int) -> Select[*tuple[int, int]]:
    """person_id and class_id of every seat in a class that prepares for the exam of a year; unbounded."""
    return (
        select(EnrolmentRow.person_id, EnrolmentRow.class_id)
        .join(ClassRow, ClassRow.id == EnrolmentRow.class_id)
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .where(
            EnrolmentRow.state == "enrolled",
            CourseRow.kind == "exam",
            ClassRow.exam_year == exam_year,
            ClassRow.state != "cancelled",
        )
    )


def seated(exam_year: int) -> Select[*tuple[int, str]]:
    """Each person with a seat once, with the name of their class (the first by name when there are several)."""
    found = seats(exam_year).subquery()
    return (
        select(found.c.person_id, func.min(ClassRow.name).label("class_name"))
        .join(ClassRow, ClassRow.id == found.c.class_id)
        .group_by(found.c.person_id)
    )


def exam_classes(session: Session, actor: Actor, exam_year: int) -> list[tuple[int, str]]:
    """The classes for an exam that the actor manages: id and name."""
    rows = (
        select(ClassRow.id, ClassRow.name)
        .join(CourseRow, CourseRow.id == ClassRow.course_id)
        .where(
            CourseRow.kind == "exam",
            ClassRow.exam_year == exam_year,
            ClassRow.state != "cancelled",
            store.managed(actor),
        )
        .order_by(ClassRow.name)
    )
    return [(class_id, name) for class_id, name in session.execute(rows)]
