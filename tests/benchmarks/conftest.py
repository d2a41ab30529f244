"""What measures reads /proc: its tests are collected on Linux only."""

import sys

collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]
