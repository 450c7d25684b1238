#!/usr/bin/env python3
"""feedbake's picture work beside sharp's, on the same photographs in the same run.

    benches/compare.py [--rounds 7] [--photographs FOLDER] [--avif] [--cold] [--write]

Needs Rust, Node and Python; for its own corpus also Debian's `apt-get` and `dpkg`, from whose wallpaper packages it
cuts photographs in Instagram's shapes. Everything lies in target/compare. CPU seconds and wall time are those of
whole processes, one after the other in turn; the tables show medians. `--write` puts them into docs/performance.md.
"""

import argparse
import datetime
import glob
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
WORK = PROJECT / "target" / "compare"
PACKAGES = ["mate-backgrounds", "plasma-workspace-wallpapers"]
WIDTHS = [320, 640, 1080]
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def run(*command, cwd=PROJECT):
    """Runs a command whose output is JSON, or nothing of interest, in its last line."""
    done = subprocess.run([str(part) for part in command], cwd=cwd, check=True, stdout=subprocess.PIPE, text=True)
    lines = done.stdout.strip().splitlines()
    return lines[-1] if lines else ""


def measured(command, **options):
    """Runs a command and returns its CPU seconds, wall seconds and largest memory in MB."""
    started = time.monotonic()
    with open(os.devnull, "wb") as nowhere:
        child = subprocess.Popen([str(part) for part in command], cwd=PROJECT, stdout=nowhere, **options)
        _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - started
    if status != 0:
        sys.exit(f"{command[0]} failed")
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "memory": usage.ru_maxrss / 1024}


def fresh(name):
    folder = WORK / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def sharp(part, source, target, **options):
    return ["node", PROJECT / "benches/sharp/sharp.mjs", part, source, target, json.dumps(options)]


def prepare():
    shutil.rmtree(PROJECT / "benches/sharp/node_modules", ignore_errors=True)
    run("npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", PROJECT / "benches/sharp")
    run("cargo", "build", "--release", "--locked", "--quiet", "--manifest-path", PROJECT / "benches/quality/Cargo.toml",
        "--target-dir", WORK / "quality")
    built = subprocess.run(
        ["cargo", "build", "--release", "--locked", "--quiet", "--bench", "pictures", "--message-format=json"],
        cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in built.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == "pictures":
            return message["executable"]
    sys.exit("the benchmark was not built")


def corpus():
    folder = WORK / "corpus"
    if not folder.exists():
        packages = fresh("packages")
        subprocess.run(["apt-get", "download", *PACKAGES], cwd=packages, check=True, stdout=subprocess.DEVNULL)
        for package in glob.glob(str(packages / "*.deb")):
            subprocess.run(["dpkg", "-x", package, packages / "files"], check=True)
        # Photographs only, each in one size: the rest are renderings, and copies in other sizes.
        chosen = fresh("chosen")
        for pattern in ["mate/nature/*.jpg", "mate/abstract/Elephants_3840*.jpg", "**/2560x1600.jpg"]:
            for file in glob.glob(str(packages / "files/usr/share/**" / pattern), recursive=True):
                if os.path.isfile(file):
                    shutil.copy(file, chosen / "-".join(Path(file).parts[-4:]))
        run(*sharp("corpus", chosen, fresh("cut")))
        (WORK / "cut").rename(folder)
        shutil.rmtree(packages)
        shutil.rmtree(chosen)
    return folder


def quality(source, outputs):
    decoded = fresh("decoded")
    run(*sharp("decode", outputs, decoded))
    return json.loads(run(WORK / "quality/release/quality", WORK / "references", decoded))


def bytes_of(folder, width, ending):
    return sum(file.stat().st_size for file in folder.glob(f"*.{width}.{ending}"))


def account_of(photographs, copies):
    """A folder for `feedbake emulate` that shows each of these photographs so many times, each time as another post."""
    folder = fresh("account")
    (folder / "pictures").mkdir()
    posts, first = [], datetime.datetime(2026, 5, 2)
    for number, photograph in enumerate(list(photographs) * copies):
        # A byte behind the end makes another file of it, so that nothing is found to be at hand.
        (folder / "pictures" / f"{number}.jpg").write_bytes(photograph.read_bytes() + number.to_bytes(4))
        when = first - datetime.timedelta(hours=number)
        posts.append({"id": str(17930000000000000 + number), "media_type": "IMAGE", "media_product_type": "FEED",
                      "media_url": f"pictures/{number}.jpg",
                      "permalink": f"https://www.instagram.com/p/C{number:010d}/", "shortcode": f"C{number:010d}",
                      "timestamp": f"{when:%Y-%m-%dT%H:%M:%S+0000}"})
    shutil.copy(PROJECT / "fixtures/demo/account.json", folder)
    (folder / "media.json").write_text(json.dumps(posts))
    return folder, len(posts)


def cold(pictures, photographs, rounds):
    """A first bake, downloads from a server on this machine included, beside the picture work alone on the same files.

    Each run gets a folder of its own, and nothing is deleted in between: file systems remember for a while what was.
    """
    run("cargo", "build", "--release", "--locked", "--quiet", "--bin", "feedbake")
    feedbake = Path(pictures).parent.parent / "feedbake"
    folder, count = account_of(sorted(photographs.glob("*.jpg")), copies=3)
    place = fresh("cold")
    server = subprocess.Popen([feedbake, "emulate", "--folder", folder], stdout=subprocess.PIPE, text=True)
    try:
        token, address = (server.stdout.readline().split() for _ in range(2))
        name, _, value = token[1].partition("=")
        pairs = []
        for number in range(rounds):
            site = place / f"site-{number}"
            site.mkdir()
            (site / "config.toml").touch()
            bake = [feedbake, "--site", site, "--limit", count, "--api-base", address[-1], "--no-progress", "--quiet"]
            tasks = [lambda: measured(bake, env={**os.environ, name: value}, stderr=subprocess.DEVNULL),
                     lambda: measured([pictures, folder / "pictures", "--out", place / f"alone-{number}",
                                       "--threads", "2"])]
            order = [0, 1] if number % 2 else [1, 0]
            done = {task: tasks[task]() for task in order}
            pairs.append((done[0], done[1]))
    finally:
        server.terminate()
    rows = []
    for name, figure in [("CPU time a photograph", "cpu"), ("wall time a photograph", "wall")]:
        both = [statistics.median(pair[side][figure] for pair in pairs) * 1000 / count for side in range(2)]
        ratio = statistics.median(bake[figure] / alone[figure] for bake, alone in pairs)
        rows.append([name, *(f"{part:.0f} ms" for part in both), f"{ratio:.2f}"])
    shutil.rmtree(place)
    return table([f"first bake of {count} posts", "bake", "picture work alone", "ratio"], rows)


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join(["---"] + ["--:"] * (len(head) - 1)) + " |"]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def processor():
    try:
        names = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
        return names[0]
    except (OSError, IndexError):
        return platform.machine()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--photographs", type=Path, help="JPEGs of your own instead of the corpus")
    arguments.add_argument("--avif", action="store_true", help="AVIF as well, at 640 pixels")
    arguments.add_argument("--cold", action="store_true", help="a first bake beside the picture work alone as well")
    arguments.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    asked = arguments.parse_args()

    ours = prepare()
    photographs = asked.photographs or corpus()
    count = len(list(photographs.glob("*.jpg")))
    nowhere = [[ours, photographs, "--threads", "2"], sharp("bake", photographs, "-"),
               sharp("bake", photographs, "-", decode="each")]
    rounds = [[measured(command) for command in nowhere] for _ in range(asked.rounds)]

    made, rival = fresh("feedbake"), fresh("sharp")
    run(ours, photographs, "--out", made)
    versions = json.loads(run(*sharp("bake", photographs, rival)))["versions"]
    run(*sharp("references", photographs, fresh("references")))
    scores, rival_scores = quality(photographs, made), quality(photographs, rival)

    def medians(place, figure):
        return statistics.median(of[place][figure] for of in rounds)

    def ratio(place, figure):
        return statistics.median(of[0][figure] / of[place][figure] for of in rounds)

    rows = []
    for name, figure, unit, each in [("CPU time a photograph", "cpu", "ms", 1000 / count),
                                     ("wall time a photograph", "wall", "ms", 1000 / count),
                                     ("largest memory", "memory", "MB", 1)]:
        rows.append([name, *(f"{medians(place, figure) * each:.0f} {unit}" for place in range(3)),
                     *(f"{ratio(place, figure):.2f}" for place in (1, 2))])
    out = table(["", "feedbake", "sharp, decoding once", "sharp, a pipeline each", "ratio", "ratio"], rows) + [""]

    rows, sums = [], [0, 0]
    for ending, name in [("webp", "WebP"), ("jpg", "JPEG")]:
        for width in WIDTHS:
            pair = [bytes_of(folder, width, ending) for folder in (made, rival)]
            sums = [total + part for total, part in zip(sums, pair)]
            key = f"{ending} {width}"
            rows.append([f"{name} {width}", *(f"{part / count / 1000:.1f} kB" for part in pair),
                         f"{scores[key]:.2f}", f"{rival_scores[key]:.2f}", f"{scores[key] - rival_scores[key]:+.2f}"])
    rows.append(["sum", *(f"{total / count / 1000:.1f} kB" for total in sums), "", "", ""])
    out += table(["", "feedbake", "sharp", "SSIMULACRA2", "sharp's", "difference"], rows)

    if asked.avif:
        command = ["--formats", "avif", "--widths", "640"]
        folder, rival = fresh("avif"), fresh("sharp-avif")
        cost = measured([ours, photographs, "--out", folder, *command])
        rival_cost = measured(sharp("bake", photographs, rival, formats=["avif"], widths=[640]))
        score, rival_score = quality(photographs, folder)["avif 640"], quality(photographs, rival)["avif 640"]
        rows = [[name, f"{spent['cpu'] * 1000 / count:.0f} ms", f"{bytes_of(files, 640, 'avif') / count / 1000:.1f} kB",
                 f"{points:.2f}"] for name, spent, files, points in
                [("feedbake", cost, folder, score), ("sharp", rival_cost, rival, rival_score)]]
        out += [""] + table(["AVIF 640", "CPU time", "bytes", "SSIMULACRA2"], rows)

    if asked.cold:
        out += ["", *cold(ours, photographs, asked.rounds)]

    rust = run("rustc", "--version").split()[1]
    out += ["", f"{datetime.date.today():%B %Y}; {count} photographs, {asked.rounds} rounds in turn, two jobs; "
            f"{processor()}, {os.cpu_count()} cores; Rust {rust}, sharp {versions['sharp']} with libvips "
            f"{versions['vips']} and libwebp {versions['webp']}."]
    print("\n".join(out))
    if asked.write:
        page = PROJECT / "docs/performance.md"
        text = page.read_text()
        before, after = text[:text.index(BEGIN) + len(BEGIN)], text[text.index(END):]
        page.write_text(before + "\n" + "\n".join(out) + "\n" + after)


if __name__ == "__main__":
    main()
