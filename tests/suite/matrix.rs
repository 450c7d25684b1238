//! Every fault, with and without an earlier feed, plain and with `--strict`: the table in
//! `docs/when-things-go-wrong.md` is read from there and played row by row.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use feedbake::emulator::{Emulator, Fault, Rotation, carousel, photo, video};
use jiff::SignedDuration;

use crate::sandbox::{Ran, Sandbox};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/when-things-go-wrong.md");

/// What goes wrong in a row.
enum Cause {
    Fault(Fault),
    /// The API is at this address, where something else is.
    Address(String),
    /// The API's clock differs from this machine's.
    Clock(SignedDuration),
    NoToken,
}

/// The last cell of a row in which nothing need be said.
const NOTHING_SAID: &str = "–";

/// As it is by default.
const RENEWING: (&str, &str) = ("FEEDBAKE_TOKEN_REFRESH", "20d");

/// Posts that lie on two pages: fifteen of the first twenty-five are left out by a filter.
fn account() -> Emulator {
    let mut api = Emulator::start();
    api.change(|world| world.rotation = Rotation::Same);
    for number in 0..30 {
        let code = format!("D{number:03}");
        let post = match number {
            0 => carousel(&code).slide(48, 48).slide(40, 48),
            1 => video(&code).size(32, 48),
            _ => photo(&code).size(40, 40),
        };
        let caption = if (5..25).contains(&number) { "not this one #skip" } else { "this one" };
        api = api.post(post.caption(caption));
    }
    api
}

fn sandbox(api: &Emulator) -> Sandbox {
    Sandbox::new(api)
        .file("feedbake.toml", "exclude_hashtags = [\"skip\"]\n[pictures]\nwidths = [16, 40]\n")
        .set("FEEDBAKE_API_RETRIES", "1")
        .set("FEEDBAKE_API_PATIENCE", "1ms")
        .set("FEEDBAKE_API_TIMEOUT", "20s")
}

fn add_the_new_post(api: &Emulator) {
    api.add(photo("DNew").size(44, 44).at("2026-08-01T10:00:00Z").caption("the newest"));
}

/// Runs the binary, which will want to renew the token first: whatever comes of that, the row stays as it is.
fn play(site: &Sandbox, cause: &Cause, strict: bool) -> Ran {
    let _ = fs::remove_file(site.path(".feedbake/token-status.json"));
    let arguments = if strict { "bake --strict" } else { "bake" };
    match cause {
        Cause::Address(base) => site.run_with(arguments, &[RENEWING, ("FEEDBAKE_API_BASE", base)]),
        Cause::NoToken => site.run_with(arguments, &[RENEWING, ("INSTAGRAM_ACCESS_TOKEN", "")]),
        Cause::Fault(Fault::Stall | Fault::Trickle | Fault::StalledPicture) => {
            site.run_with(arguments, &[RENEWING, ("FEEDBAKE_API_TIMEOUT", "1500ms"), ("FEEDBAKE_API_RETRIES", "0")])
        }
        Cause::Fault(_) | Cause::Clock(_) => site.run_with(arguments, &[RENEWING]),
    }
}

/// What the site shows, in the words of the table.
fn shown(site: &Sandbox, old: Option<&[u8]>, new: &[u8]) -> String {
    let left = fs::read(site.path("data/instagram.json")).unwrap();
    site.is_whole();
    let posts = site.shown().len();
    match () {
        () if old == Some(left.as_slice()) => "the old feed".to_owned(),
        () if left == new => "the new feed".to_owned(),
        () if posts == 0 => "an empty feed".to_owned(),
        () if posts == 1 => "1 post".to_owned(),
        () => format!("{posts} posts"),
    }
}

/// Plays a cause in all four ways; returns the cells of its row but for the words.
fn observe(cause: &Cause, new: &[u8], says: &str, name: &str) -> Vec<String> {
    let mut cells = Vec::new();
    let check = |ran: &Ran| {
        assert!(!ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
        assert!(says == NOTHING_SAID || ran.stderr.contains(says), "{name} did not say {says:?}: {}", ran.stderr);
    };
    for has_feed in [true, false] {
        let (mut shows, mut codes) = (Vec::new(), Vec::new());
        for strict in [false, true] {
            let api = account();
            let site = sandbox(&api);
            let mut old = None;
            if has_feed {
                site.run("bake").succeeds();
                old = Some(fs::read(site.path("data/instagram.json")).unwrap());
            }
            add_the_new_post(&api);
            match cause {
                Cause::Fault(fault) => api.fault(*fault),
                Cause::Clock(offset) => api.change(|world| world.clock_offset = *offset),
                Cause::Address(_) | Cause::NoToken => {}
            }
            let ran = play(&site, cause, strict);
            check(&ran);
            shows.push(shown(&site, old.as_deref(), new));
            codes.push(ran.code.to_string());
            assert!(!ran.stderr.contains(&api.token()) && !ran.stdout.contains(&api.token()), "{name}");
        }
        assert_eq!(shows[0], shows[1], "{name}: `--strict` changes the exit code and nothing else");
        cells.push(shows.remove(0));
        cells.extend(codes);
    }
    cells
}

/// Somebody who answers `answer` to whatever comes.
fn server(serve: impl Fn(std::net::TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().flatten().for_each(serve));
    port
}

/// Speaks TLS with a certificate that nobody vouches for.
fn self_signed() -> String {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let port = server(move |stream| {
        let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = stream;
        let mut session = rustls::Stream::new(&mut connection, &mut stream);
        let _ = session.read(&mut [0; 1024]);
    });
    format!("https://localhost:{port}")
}

/// The rows that are no fault of the emulator's, by their words in the table.
fn other_causes() -> Vec<(&'static str, Cause)> {
    let plain = server(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
    });
    let years = |years: i64| Cause::Clock(SignedDuration::from_hours(years * 365 * 24));
    vec![
        ("no token is given", Cause::NoToken),
        ("nobody listens at the API's address", Cause::Address("http://127.0.0.1:9".to_owned())),
        ("the API's name has no address", Cause::Address("https://feedbake-has-no-such-name.invalid".to_owned())),
        ("no TLS where it should be", Cause::Address(format!("https://localhost:{plain}"))),
        ("a certificate that nobody vouches for", Cause::Address(self_signed())),
        ("JSON that is no answer of the API", Cause::Address(format!("http://127.0.0.1:{plain}"))),
        ("this machine's clock is ten years slow", years(10)),
        ("this machine's clock is ten years fast", years(-10)),
    ]
}

/// The rows of the page's table, each as its cells.
fn rows() -> Vec<Vec<String>> {
    let page = fs::read_to_string(PAGE).unwrap();
    let table = page.split("<!-- matrix -->").nth(1).expect("the page has a matrix");
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn every_row_of_the_page_on_faults_is_true() {
    let faults = Fault::ALL.iter().map(|fault| (format!("`{}`", fault.word()), Cause::Fault(*fault)));
    let others = other_causes().into_iter().map(|(words, cause)| (words.to_owned(), cause));
    let causes: Vec<(String, Cause)> = faults.chain(others).collect();
    let rows = rows();
    let words = |name: &str| rows.iter().find(|row| row[0] == name).and_then(|row| row.last()).cloned();

    let reference = account();
    add_the_new_post(&reference);
    let site = sandbox(&reference);
    site.run("bake").succeeds();
    let new = fs::read(site.path("data/instagram.json")).unwrap();

    let next = AtomicUsize::new(0);
    let seen = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, std::num::NonZero::get) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((name, cause)) = causes.get(index) else { return };
                    let says = words(name).unwrap_or_else(|| NOTHING_SAID.to_owned());
                    let mut row = vec![name.clone()];
                    row.extend(observe(cause, &new, &says, name));
                    row.push(says);
                    seen.lock().unwrap().insert(index, row);
                }
            });
        }
    });
    let seen: Vec<Vec<String>> = seen.into_inner().unwrap().into_values().collect();
    let table: String = seen.iter().map(|row| format!("| {} |\n", row.join(" | "))).collect();
    assert!(seen == rows, "the table should be:\n{table}");
}
