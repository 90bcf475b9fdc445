"""Tags as people write them."""

import re

from examprep.kernel.errors import RuleViolation

TAGS_LIMIT = 20


def read_tags(text: str) -> frozenset[str]:
    """Tags with commas between them, Chinese ones too.

    Raises:
        RuleViolation: ``bank.tags`` -- one is too long, or there are too many.
    """
    tags = frozenset(tag.strip() for tag in re.split(r"[,，、;；\n]", text) if tag.strip())
    if len(tags) > TAGS_LIMIT or any(len(tag) > 40 for tag in tags):
        raise RuleViolation(
            "bank.tags", "At most %(count)s tags are possible, of 40 characters each.", count=TAGS_LIMIT
        )
    return tags
