"""A toy in the place of uv and of lossspec, in shell: a run takes a second, and no processor.

It gives a made-up record of its subject, with the time of day, and writes what it does to a log. A
grandchild lives as long as a run does, so that orphans would be seen.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Sequence

from lossspec.records.record import as_text
from lossspec.records.record_types import Record
from lossspec.targets.cluster.wheel import Wheel, packed
from lossspec.targets.requirements import Pins, load_pins

CLAIMS = 5
DATE = "2026-01-01T00:00:00Z"

UV = """#!/bin/sh
for last; do :; done
if [ "$1" = venv ]; then
    mkdir -p "$last/bin"
    : > "$last/pyvenv.cfg"
    exit
fi
sleep 0.2
python=$5
subject=$(basename "$7" .txt)
cat > "$python" <<END
#!/bin/sh
for file; do case "\\$file" in */answer.json) break;; esac; done
sleep 1000 &
child=\\$!
echo "began $subject \\$\\$ \\$child" >> "{folder}/runs.log"
sleep $(($(printf %s "$subject" | cksum | cut -d' ' -f1) % 3)).5
sed "s/{date}/\\$(date -u +%Y-%m-%dT%H:%M:%SZ)/" "{folder}/short/$subject.json" > "\\$file"
kill \\$child
echo "ended $subject \\$\\$" >> "{folder}/runs.log"
END
chmod +x "$python"
"""


def subjects(count: int) -> Sequence[Pins]:
    """List the first subjects that are pinned."""
    return [pins for pins in load_pins().values() if pins.pinned][:count]


def write_toy(folder: Path, chosen: Sequence[Pins], whole: Record) -> None:
    """Write what takes uv's place, and what each subject gives: a record of few claims."""
    for name in ("bin", "short"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    uv = folder / "bin" / "uv"
    uv.write_text(UV.format(folder=folder, date=DATE), encoding="utf-8")
    uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
    claims = dict(list(whole["claims"].items())[:CLAIMS])
    environment = {**whole["environment"], "date": DATE}
    short = {**whole, "claims": claims, "environment": environment}
    short.update(studies={}, fingerprints={}, timings={}, undecided={}, modules={})
    for pins in chosen:
        versions = dict.fromkeys(pins.backend.packages, f"{pins.name[2:]}.0")
        named = {**short, "subject": versions}
        content = as_text(named)  # type: ignore[arg-type] # a Record's keys
        (folder / "short" / f"{pins.name}.json").write_text(content, encoding="utf-8")


def wheel_of(folder: Path) -> Wheel:
    """Pack what takes lossspec's place: nothing, which the toy doesn't read."""
    place = folder / "wheel"
    place.mkdir(parents=True, exist_ok=True)
    (place / "toy.txt").write_text("a toy\n", encoding="utf-8")
    return packed(place)


def times_aside(record: Record) -> Record:
    """Leave out of a record when it was made."""
    return {**record, "environment": {**record["environment"], "date": ""}}
