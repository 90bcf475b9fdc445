"""Outcomes that carry all they are counted by; tallies of single subjects and of regions; saved cohorts."""

# ruff: noqa: S608 -- every word is a constant of this file
import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SUBJECTS = {
    "ASW": ("asw-comprehensive", "asw-practice"),
    "SW": ("sw-comprehensive", "sw-law-policy", "sw-practice"),
    "SSW": ("ssw-practice",),
}
BITS = {subject: 1 << at for subjects in SUBJECTS.values() for at, subject in enumerate(subjects)}
COUNTS = ("registered", "approved", "sat", "passed")


def upgrade() -> None:
    _registrations()
    _outcomes()
    _subject_tally()
    _trend()
    _cohorts()


def _registrations() -> None:
    op.add_column("exam_registration", sa.Column("sex", sa.String(), nullable=True))
    op.add_column("exam_registration", sa.Column("age", sa.SmallInteger(), nullable=True))
    op.add_column("exam_registration", sa.Column("education", sa.String(), nullable=True))
    digits = "CAST(strftime('%Y%m%d', {}) AS INTEGER)"
    if op.get_bind().dialect.name == "postgresql":
        digits = "CAST(to_char({}, 'YYYYMMDD') AS INTEGER)"
    exam = f"COALESCE({digits.format('s.first_day_on')}, s.year * 10000 + 615)"
    op.execute(
        "UPDATE exam_registration SET (sex, education, age) = ("
        f" SELECT p.sex, p.education, ({exam} - {digits.format('p.born_on')}) / 10000"
        " FROM person p, exam_sitting s WHERE p.id = exam_registration.person_id AND s.year = exam_registration.year)"
    )


def _outcomes() -> None:
    for column in (
        sa.Column("organisation_id", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("region_code", sa.String(6), nullable=False, server_default=""),
        sa.Column("approved", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("trained", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("sat_bits", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("passed_bits", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("age", sa.SmallInteger(), nullable=True),
        sa.Column("qualified_in", sa.Integer(), nullable=True),
        sa.Column("sex", sa.String(), nullable=True),
        sa.Column("education", sa.String(), nullable=True),
    ):
        op.add_column("exam_outcome", column)
    same = "{0}.person_id = exam_outcome.person_id AND {0}.year = exam_outcome.year"
    op.execute(
        "UPDATE exam_outcome SET (organisation_id, region_code, approved, trained, sex, age, education) = ("
        " SELECT r.organisation_id, r.region_code, (r.approved OR exam_outcome.sat), r.trained, r.sex, r.age,"
        f" r.education FROM exam_registration r WHERE {same.format('r')} AND r.level = exam_outcome.level"
        " AND r.ended_by IS NULL)"
    )
    cases = " ".join(f"WHEN '{subject}' THEN {value}" for subject, value in BITS.items())
    passed = " + ".join(
        f"""CASE WHEN CAST(passed AS TEXT) LIKE '%"{subject}"%' THEN {value} ELSE 0 END"""
        for subject, value in BITS.items()
    )
    op.execute(
        f"UPDATE exam_outcome SET passed_bits = {passed}, sat_bits = COALESCE(("
        f" SELECT SUM(CASE m.subject_code {cases} ELSE 0 END) FROM exam_mark m WHERE {same.format('m')}"
        " AND m.subject_code LIKE LOWER(exam_outcome.level) || '-%' AND m.code NOT IN ('absent', 'withdrawn')"
        " AND m.id = (SELECT MAX(x.id) FROM exam_mark x WHERE x.person_id = m.person_id AND x.year = m.year"
        " AND x.subject_code = m.subject_code)), 0)"
    )
    op.execute(
        "UPDATE exam_outcome SET qualified_in = (SELECT MIN(q.year) FROM exam_outcome q"
        " WHERE q.person_id = exam_outcome.person_id AND q.level = exam_outcome.level AND q.qualified)"
    )
    op.drop_column("exam_outcome", "passed")
    op.create_index("ix_exam_outcome_place", "exam_outcome", ["organisation_id", "year"])
    op.create_index("ix_exam_outcome_region", "exam_outcome", ["region_code", "year"])
    op.drop_column("exam_registration", "again")
    op.drop_column("exam_registration", "trained")


def _subject_tally() -> None:
    op.create_table(
        "exam_subject_tally",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(6), nullable=False),
        sa.Column("subject_code", sa.String(64), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("trained", sa.Boolean(), nullable=False),
        sa.Column("sat", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_exam_subject_tally_organisation_id")
        ),
        sa.ForeignKeyConstraint(["region_code"], ["region.code"], name=op.f("fk_exam_subject_tally_region_code")),
        sa.ForeignKeyConstraint(["year"], ["exam_sitting.year"], name=op.f("fk_exam_subject_tally_year")),
        sa.PrimaryKeyConstraint(
            "year",
            "organisation_id",
            "region_code",
            "subject_code",
            "again",
            "trained",
            name=op.f("pk_exam_subject_tally"),
        ),
    )
    for level, subjects in SUBJECTS.items():
        for subject in subjects:
            op.execute(
                "INSERT INTO exam_subject_tally"
                f" SELECT year, organisation_id, region_code, '{subject}', NOT first_time, trained, COUNT(*),"
                f" SUM(CASE WHEN passed_bits & {BITS[subject]} <> 0 THEN 1 ELSE 0 END) FROM exam_outcome"
                f" WHERE level = '{level}' AND sat_bits & {BITS[subject]} <> 0"
                " GROUP BY year, organisation_id, region_code, NOT first_time, trained"
            )


def _trend() -> None:
    op.create_table(
        "exam_trend",
        sa.Column("region_code", sa.String(6), nullable=False),
        sa.Column("level", sa.String(3), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.PrimaryKeyConstraint("region_code", "level", "year", name=op.f("pk_exam_trend")),
    )
    sums = ", ".join(f"SUM({name})" for name in COUNTS)
    prefecture, province = "substr(region_code, 1, 4) || '00'", "substr(region_code, 1, 2) || '0000'"
    for place, condition in (
        ("region_code", "1 = 1"),
        (prefecture, f"region_code <> {prefecture}"),
        (province, f"region_code <> {province} AND {prefecture} <> {province}"),
        ("'000000'", "1 = 1"),
    ):
        op.execute(
            f"INSERT INTO exam_trend SELECT {place}, level, year, {sums} FROM exam_tally WHERE {condition}"
            " GROUP BY 1, 2, 3"
            " ON CONFLICT (region_code, level, year) DO UPDATE SET "
            + ", ".join(f"{name} = exam_trend.{name} + excluded.{name}" for name in COUNTS)
        )


def _cohorts() -> None:
    op.create_table(
        "exam_cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("filters", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_exam_cohort_organisation_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_exam_cohort_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_cohort")),
    )
    op.create_index(op.f("ix_exam_cohort_organisation_id"), "exam_cohort", ["organisation_id"])
    op.create_table(
        "exam_cohort_person",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cohort_id"], ["exam_cohort.id"], name=op.f("fk_exam_cohort_person_cohort_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_exam_cohort_person_person_id")),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", name=op.f("pk_exam_cohort_person")),
    )


def downgrade() -> None:
    op.drop_table("exam_cohort_person")
    op.drop_table("exam_cohort")
    op.drop_table("exam_trend")
    op.drop_table("exam_subject_tally")
    for name in ("again", "trained"):
        op.add_column("exam_registration", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE exam_registration SET (again, trained) = (SELECT NOT o.first_time, o.trained FROM exam_outcome o"
        " WHERE o.person_id = exam_registration.person_id AND o.year = exam_registration.year"
        " AND o.level = exam_registration.level) WHERE ended_by IS NULL"
    )
    op.add_column("exam_outcome", sa.Column("passed", sa.JSON(), nullable=False, server_default="[]"))
    for level, subjects in SUBJECTS.items():
        for bits in range(1, 1 << len(subjects)):
            held = ", ".join(f'"{subject}"' for subject in subjects if bits & BITS[subject])
            op.execute(
                f"UPDATE exam_outcome SET passed = CAST('[{held}]' AS JSON)"
                f" WHERE level = '{level}' AND passed_bits = {bits}"
                if op.get_bind().dialect.name == "postgresql"
                else f"UPDATE exam_outcome SET passed = '[{held}]' WHERE level = '{level}' AND passed_bits = {bits}"
            )
    op.drop_index("ix_exam_outcome_region", "exam_outcome")
    op.drop_index("ix_exam_outcome_place", "exam_outcome")
    for name in (
        "organisation_id",
        "region_code",
        "approved",
        "trained",
        "sat_bits",
        "passed_bits",
        "age",
        "qualified_in",
        "sex",
        "education",
    ):
        op.drop_column("exam_outcome", name)
    for name in ("sex", "age", "education"):
        op.drop_column("exam_registration", name)
