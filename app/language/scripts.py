"""What scripts do with words."""

import re

UNSPACED = re.compile(r"[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3040-\u30FF\u3400-\u9FFF\uF900-\uFAFF]")
"""Scripts that put no space between words: a word or name in them may stand anywhere."""
