//! How long an archive of many posts takes: `cargo bench --bench archive -- 10000`; with `stay` behind it, site
//! and account stay there to be looked at.
//!
//! Everything is real but the account: the program as a process, the emulator's API and CDN, pictures that are downloaded,
//! decoded and encoded. Printed are the seconds of the first bake and of warm ones, and what each asked for.

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark makes its own site, and prints")]

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use feedbake::emulator::{Emulator, World, photo};

const WARM: usize = 5;

fn main() {
    let count: usize = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(10_000);
    let mut world = World::default();
    for number in 0..count {
        let caption = format!("Post number {number} of many, with a #tag{} and some words of its own.", number % 50);
        world.add(photo(&format!("DA{number:06}")).size(64, 80).caption(&caption));
    }
    let api = Emulator::serve(world).expect("a port is free");
    let folder = tempfile::tempdir().expect("the temporary folder can be written to");
    let site = folder.path();
    let write = |name: &str, text: &str| std::fs::write(site.join(name), text).expect("the site can be written to");
    write("config.toml", "base_url = \"https://example.org\"\ntaxonomies = [{ name = \"tags\" }]\n");
    write("feedbake.toml", "[archive]\nenabled = true\n\n[pictures]\nwidths = [32, 64]\n");
    println!("{count} posts");
    bake(&api, site, "first");
    for _ in 0..WARM {
        bake(&api, site, "warm");
    }
    api.add(photo("DAnew").size(64, 80).caption("One more").at("2030-01-01T00:00:00+0000"));
    bake(&api, site, "one new post");
    if std::env::args().any(|word| word == "stay") {
        println!("{} serves {}; press return to end", api.base(), site.display());
        std::io::stdin().read_line(&mut String::new()).expect("there is an input");
    }
}

fn bake(api: &Emulator, site: &Path, what: &str) {
    api.forget_requests();
    let began = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_feedbake"))
        .args(["bake", "--api-base", &api.base()])
        .current_dir(site)
        .env("INSTAGRAM_ACCESS_TOKEN", api.token())
        .output()
        .expect("the program starts");
    let seconds = began.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let requests = api.requests();
    let downloads = requests.iter().filter(|seen| seen.is_download()).count();
    println!(
        "{what:<14} {seconds:8.2} s  {:>6} requests to the API  {downloads:>6} downloads",
        requests.len() - downloads
    );
}
