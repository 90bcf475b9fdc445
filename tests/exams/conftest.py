import pytest

from tests.exams.files import Office


@pytest.fixture
def office(runtime, world, again):
    again(runtime, "pass lines", lambda: Office(runtime, world) and None)
    made = Office(runtime, world)
    yield made
    assert made.differences() == [], "a derived table is not what its log says"
