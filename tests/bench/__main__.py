"""`python -m tests.bench` lists the benches; `python -m tests.bench answer` runs one. Budgets: DESIGN, section 5."""

import argparse
import importlib

BENCHES = {
    "answer": ("tests.bench.answer_path", "answering one question over HTTP, against a bare route that inserts"),
    "import-questions": (
        "tests.bench.import_questions",
        "importing questions, against reading the file and inserting it",
    ),
    "imports": (
        "tests.bench.imports",
        "importing registrations, approvals, results and holders, against reading the file and inserting its rows",
    ),
    "late-line": ("tests.bench.late_line", "a pass line that comes late, against reading the marks of its region"),
    "suppression": (
        "tests.bench.suppression",
        "what a province's tables of one exam year must hide, against auditing them by two programs for each count",
    ),
    "search": ("tests.bench.search", "searching the bank for words, against counting its questions"),
    "offline": ("tests.bench.offline", "sessions without a connection, over bad networks, to a server that is killed"),
    "memory": ("tests.bench.memory", "recall on the exam day by our plan, plain FSRS and SM-2"),
    "closing": ("tests.bench.closing", "from closing a session of forty learners to hours that they see"),
    "sweep": ("tests.bench.sweep", "the nightly sweep of all standings, against one GROUP BY over the same lines"),
    "pages": ("tests.bench.pages", "the candidate's home and question page, against a bare template of 10 kB"),
    "timetable": ("tests.bench.timetable", "the timetable of a season, against bare pages of the same size"),
    "campaign": ("tests.bench.campaign", "the funnel of a year and its lists, against counting the year's outcomes"),
    "trend": ("tests.bench.trend", "pass rates over ten years of a whole country, against SQL over the marks"),
    "duplicates": ("tests.bench.near_duplicates", "looking for near-duplicates in the bank, against reading it"),
    "pairing": ("tests.bench.pairing", "pairing learners with mentors, against each taking the best place left"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    benches = parser.add_subparsers(dest="bench")
    for name, (module, says) in BENCHES.items():
        importlib.import_module(module).arguments(benches.add_parser(name, help=says, description=says))
    asked = parser.parse_args()
    if asked.bench is None:
        parser.print_help()
        return 2
    return importlib.import_module(BENCHES[asked.bench][0]).run(asked)


if __name__ == "__main__":
    raise SystemExit(main())
