"""`make bench`: runs the benchmarks, shows progress, and prints every figure beside its line at the end.

    python -m benchmarks [NAME ...] [--list] [--data FOLDER] [--write]

A missed line is printed as missed and is no error. The figures count only from a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import report
from benchmarks.catalogue import BENCHMARKS, Benchmark
from benchmarks.figures import Result
from benchmarks.place import FULL, TINY, Place, opened
from tests.cluster import ROOT

PUBLIC = "public"
DOCUMENT = ROOT / "docs" / "benchmarks.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when everything chosen could be measured, 2 for a name that does not exist."""
    options = _parser().parse_args(arguments)
    if options.list:
        for one in BENCHMARKS:
            print(f"  {one.name:<9} {one.says}{' (needs --data)' if one.public else ''}")
        return 0
    unknown = set(options.names) - {PUBLIC, *(one.name for one in BENCHMARKS)}
    if unknown:
        print(
            f"There is no benchmark called {', '.join(sorted(unknown))}; --list shows them.", file=sys.stderr
        )
        return 2
    chosen = _chosen(options.names, has_data=options.data is not None)
    with opened(TINY if options.tiny else FULL, data=options.data, say=_say) as place:
        results = [_result(place, one) for one in chosen]
    print()
    print("\n".join(report.for_terminal(results)))
    if options.write:
        before = DOCUMENT.read_text() if DOCUMENT.exists() else ""
        DOCUMENT.write_text(report.as_document(before, results))
        print(f"\nWritten to {DOCUMENT.relative_to(ROOT)}.")
    return 0


def _chosen(names: Sequence[str], *, has_data: bool) -> list[Benchmark]:
    if not names:
        return [one for one in BENCHMARKS if has_data or not one.public]
    return [one for one in BENCHMARKS if one.name in names or (PUBLIC in names and one.public)]


def _result(place: Place, benchmark: Benchmark) -> Result:
    before, started = os.getloadavg()[0], time.perf_counter()
    figures = tuple(benchmark.measure(place))
    seconds = time.perf_counter() - started
    return Result(benchmark.name, benchmark.says, figures, before, os.getloadavg()[0], seconds)


def _say(words: str) -> None:
    print(f"[load {os.getloadavg()[0]:4.1f}] {words}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Countersign's benchmarks.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME",
        help="what to run; `public` is everything that needs --data; all that can run when none is named",
    )  # fmt: skip
    parser.add_argument("--list", action="store_true", help="show the names and stop")
    parser.add_argument("--data", type=Path, help="folder of the public sets; they are read in place")
    parser.add_argument("--write", action="store_true", help="put what was measured into docs/benchmarks.md")
    parser.add_argument("--tiny", action="store_true", help="only see that everything runs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
