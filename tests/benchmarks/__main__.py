"""``python -m tests.benchmarks``: a table and JSON; ratios against a peer in the same run, key derivation apart."""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks import curve, first_paint, processes
from tests.benchmarks.corpus import corpus


def main() -> None:
    """Run what is asked for and write the results."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000", help="entries, compared with keepassxc-cli")
    parser.add_argument("--own", default="1000,10000,100000,1000000", help="entries, kvault's own curve")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--skip", default="", help="processes,curve,paint")
    parser.add_argument("--data", type=Path, default=Path("build/benchmarks"), help="where the sample vaults are kept")
    options = parser.parse_args()
    skip = set(options.skip.split(","))
    results: dict[str, Any] = {"machine": platform.platform(), "python": platform.python_version()}
    sizes = [int(size) for size in options.sizes.split(",") if size]
    own = [int(size) for size in options.own.split(",") if size]
    options.data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=options.data) as work:
        if "processes" not in skip:
            results["commands"] = {
                size: _told(f"{size:,} entries, whole commands", processes.compare(made, Path(work), options.rounds))
                for size in sizes
                for made in [corpus(options.data, size, kdbx=True)]
            }
    if "curve" not in skip:
        results["curve"] = {}
        for size in own:
            made = corpus(options.data, size, kdbx=False)
            row = curve.measure(made) | {"import rows/s": size / made.import_seconds}
            results["curve"][size] = _told(f"{size:,} entries, inside the engine", {"": row})[""]
        if len(own) > 1:
            first, last = results["curve"][own[0]], results["curve"][own[-1]]
            ratios = {name: last[name] / first[name] for name in first if first[name]}
            results["growth"] = _told(f"from {own[0]:,} to {own[-1]:,} entries, times", {"": ratios})[""]
    if "paint" not in skip:
        made = corpus(options.data, sizes[0], kdbx=True)
        results["first paint"] = _told("unlock dialog's first paint", {"": first_paint.compare(made, options.rounds)})[
            ""
        ]
    path = options.data / "results.json"
    path.write_text(json.dumps(results, indent=2))
    print(f"\nwritten to {path}")  # noqa: T201 a command's output


def _told(title: str, rows: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    print(f"\n{title}")  # noqa: T201 a command's output
    for name, row in rows.items():
        cells = "  ".join(f"{key} {value:,.2f}" for key, value in row.items())
        print(f"  {name:8} {cells}", flush=True)  # noqa: T201 a command's output
    return rows


if __name__ == "__main__":
    main()
