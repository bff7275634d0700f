"""An independent oracle for `ktls-trace analyze`.

usage: python3 Scripts/oracle [options] DUMP [REPORT]

Computes the metrics of Docs/METRICS.md from what `ktls-trace dump --format ndjson` wrote (of the
whole trace; the window and the filters are options here, as they are of analyze) and prints them
as JSON of the report's shape. With REPORT, what `analyze --format json` wrote, it compares the
two instead: every value must be equal, and every value of the report must be covered.
"""
import sys

from report import run

if __name__ == "__main__":
    sys.exit(run(__doc__))
