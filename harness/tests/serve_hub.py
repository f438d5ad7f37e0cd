"""A local hub with a small treebank, for tests of the whole command.

python tests/serve_hub.py      prints the hub's address, and serves until its input ends
"""

import sys

from local_hub import serving
from treebank import NAME, treebank


def main() -> None:
    with serving() as hub:
        hub.repos[NAME] = treebank()
        print(hub.url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
