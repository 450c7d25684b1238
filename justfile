# `just` lists what there is.
default:
    @just --list

# What CI runs.
check:
    .ci/run

# Formatter, clippy and tests only.
quick:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test

# Bakes the demo into the example site and serves it with Zola.
demo:
    cargo run --release -- --demo --site example-site
    cd example-site && zola serve --extra-watch-path data

# Renders the screenshots of docs/ anew.
screenshots: 
    node tests/browser/check.mjs example-site/public --shots docs
