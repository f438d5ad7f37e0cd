"""Entry of `python -m finetune_bench`: the only place that sets an exit code."""

import sys

from finetune_bench.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
