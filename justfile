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

# Makes the pictures of docs/ anew.
screenshots:
    rm -rf target/demo-site
    cp -r example-site target/demo-site
    cargo run --release -- --demo --site target/demo-site
    zola --root target/demo-site build
    npm ci --prefix tests/browser
    node tests/browser/pictures.mjs target/demo-site/public docs

# A program for systems with an old C library, and the newest symbol of it that it wants. Needs `pip install cargo-zigbuild ziglang`.
old-glibc:
    cargo zigbuild --release --locked --target x86_64-unknown-linux-gnu.2.17
    objdump -T target/x86_64-unknown-linux-gnu/release/feedbake | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1
