//! A stand-in for Instagram's API and CDN, over real HTTP on loopback.
//!
//! It holds state (an account, its posts, tokens, a clock) and plays faults, and it is as strict as the real thing:
//! an unknown or doubled field, a bad token, a changed link are refused as there. Nobody in the bake knows that it
//! exists: it plugs in by the API's address. `docs/emulator.md` says what is faithful and what is a choice of ours.
//!
//! ```
//! use feedbake::emulator::{Emulator, photo};
//!
//! let api = Emulator::start().post(photo("DAbCdEf").size(1080, 1350).caption("Morning"));
//! assert!(api.base().starts_with("http://127.0.0.1:"));
//! ```
#![expect(clippy::disallowed_methods, reason = "the stand-in has a clock of its own, set against the real one")]

mod answers;
mod bombs;
mod builders;
mod cdn;
mod faults;
mod fields;
mod folder;
mod graph;
mod oauth;
mod pen;
mod pictures;
mod world;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::loopback::{Request, Response, Server};

pub use bombs::{bomb, bombs};
pub use builders::{PostBuilder, carousel, photo, reel, video};
pub use faults::{Fault, NoFault, Target};
pub use folder::FolderError;
pub use graph::Kind;
pub use pen::hostile_caption;
pub use pictures::{Content, drawn};
pub use world::{App, Bar, CodeAnswer, Login, Node, Rotation, Token, World};

/// A running stand-in; it stops when this is dropped.
#[derive(Debug)]
pub struct Emulator {
    state: Arc<Mutex<State>>,
    server: Server,
}

#[derive(Debug)]
struct State {
    world: World,
    seen: Vec<Seen>,
    faults: Vec<(Fault, Option<u32>)>,
    calls: u32,
}

/// A request that was answered.
#[derive(Debug, Clone)]
pub struct Seen {
    /// What it was for.
    pub kind: Kind,
    /// The request itself, its headers included.
    pub request: Request,
}

impl Seen {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.request.path()
    }

    /// Whether a picture or a video was asked for.
    pub fn is_download(&self) -> bool {
        self.kind == Kind::Cdn
    }
}

impl Emulator {
    /// Starts with an empty account, on any free port.
    ///
    /// # Panics
    /// When this machine lets nobody listen on loopback: for tests. Programs use [`Emulator::serve`].
    pub fn start() -> Self {
        Self::serve(World::default()).expect("a test machine lets programs listen on loopback")
    }

    /// Serves `world` on any free port.
    ///
    /// # Errors
    /// What the system says when nothing can listen.
    pub fn serve(world: World) -> io::Result<Self> {
        Self::start_on(world, 0)
    }

    /// Serves `world` on `port`.
    ///
    /// # Errors
    /// What the system says when the port cannot be had.
    pub fn start_on(world: World, port: u16) -> io::Result<Self> {
        let state = Arc::new(Mutex::new(State { world, seen: Vec::new(), faults: Vec::new(), calls: 0 }));
        let shared = Arc::clone(&state);
        let server = Server::start(port, move |request: &Request| {
            let base = format!("http://{}", request.header("host").unwrap_or("127.0.0.1"));
            lock(&shared).answer(request, &base)
        })?;
        Ok(Self { state, server })
    }

    /// The address to give as `--api-base`.
    pub fn base(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// A token that is valid here, and only here.
    pub fn token(&self) -> String {
        let state = self.lock();
        state.world.tokens.first().map(|token| token.text.clone()).unwrap_or_default()
    }

    /// Adds a post.
    pub fn post(self, post: PostBuilder) -> Self {
        self.add(post);
        self
    }

    /// Adds a post while somebody may be reading.
    pub fn add(&self, post: PostBuilder) {
        self.lock().world.add(post);
    }

    /// Deletes a post; its links answer 404 from then on.
    pub fn delete(&self, shortcode: &str) {
        self.lock().world.delete(shortcode);
    }

    /// Changes anything at all.
    pub fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.lock().world)
    }

    /// Sets the clock forward.
    pub fn advance(&self, time: Duration) {
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        let mut state = self.lock();
        state.world.clock_offset = state.world.clock_offset.saturating_add(time);
    }

    /// Sets the clock to a moment, from which it goes on.
    pub fn set_clock(&self, moment: Timestamp) {
        self.lock().world.clock_offset = moment.duration_since(Timestamp::now());
    }

    /// What the stand-in's clock shows.
    pub fn now(&self) -> Timestamp {
        self.lock().now()
    }

    /// Plays a fault on everything it fits, until [`Emulator::clear_faults`].
    pub fn fault(&self, fault: Fault) {
        self.lock().faults.push((fault, None));
    }

    /// Plays a fault on the next `times` requests it fits.
    pub fn fail_next(&self, times: u32, fault: Fault) {
        self.lock().faults.push((fault, Some(times)));
    }

    /// Plays no more faults.
    pub fn clear_faults(&self) {
        self.lock().faults.clear();
    }

    /// Every request since the start, or since they were forgotten.
    pub fn requests(&self) -> Vec<Seen> {
        self.lock().seen.clone()
    }

    /// Forgets the requests so far.
    pub fn forget_requests(&self) {
        self.lock().seen.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn now(&self) -> Timestamp {
        Timestamp::now().checked_add(self.world.clock_offset).unwrap_or(Timestamp::MAX)
    }

    fn answer(&mut self, request: &Request, base: &str) -> Response {
        let kind = graph::kind(request.path());
        self.seen.push(Seen { kind, request: request.clone() });
        let now = self.now();
        let fault = self.next_fault(kind);
        let response = match kind {
            Kind::Cdn => {
                let file = self.world.files.get(request.path()).or_else(|| {
                    // The fault that renames a link leaves the file where it is.
                    self.world.files.get(&request.path().replace("_n.heic", "_n.jpg"))
                });
                cdn::download(file, request, now, fault)
            }
            Kind::Token => oauth::answer(&mut self.world, request, now, fault),
            Kind::Account | Kind::List | Kind::Node | Kind::Other => {
                self.calls += 1;
                graph::answer(&mut self.world, base, request, now, fault, self.calls)
            }
        };
        // Every answer tells the time, as the real ones do: the stand-in's own. A year beyond four digits has no form.
        match jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now) {
            Ok(date) => response.header("Date", date),
            Err(_) => response,
        }
    }

    fn next_fault(&mut self, kind: Kind) -> Option<Fault> {
        let fits = |fault: Fault| match (fault.target(), kind) {
            (Target::Cdn, Kind::Cdn) => true,
            (Target::List, Kind::List | Kind::Node) => true,
            (Target::Api, Kind::Account | Kind::List | Kind::Node | Kind::Token | Kind::Other) => true,
            (Target::Token, Kind::Token) => true,
            (Target::Cdn | Target::List | Target::Api | Target::Token, _) => false,
        };
        let (fault, left) = self.faults.iter_mut().find(|(fault, left)| fits(*fault) && *left != Some(0))?;
        if let Some(left) = left {
            *left -= 1;
        }
        Some(*fault)
    }
}
