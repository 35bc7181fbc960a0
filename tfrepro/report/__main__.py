"""``python -m tfrepro.report [FILE ...]`` prints table files, all of data/metrics by default."""

import argparse
from pathlib import Path

from tfrepro.files import read_json
from tfrepro.report.text import table_text


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tfrepro.report", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    files = parser.parse_args().files or sorted(Path("data/metrics").rglob("*.json"))
    print("\n".join(table_text(read_json(file)) for file in files), end="")


if __name__ == "__main__":
    main()
