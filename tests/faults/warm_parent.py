"""A process that has imported everything and forks children to be killed: asked by lines, answered by lines."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.settings import PROJECT_ROOT


@contextmanager
def warm_parent(module: str, *words: str) -> Iterator[Callable[[str], str]]:
    """Run a module as a program, and hand it one line after another; each call gives its answer."""
    parent = subprocess.Popen(
        [sys.executable, "-m", module, *words],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        asking, telling = parent.stdin, parent.stdout
        assert telling.readline() == "ready\n"

        def ask(line: str) -> str:
            asking.write(line + "\n")
            asking.flush()
            return telling.readline().strip()

        try:
            yield ask
        finally:
            asking.close()
            parent.wait(30)
