//! What most commands begin with: the site, its settings, its tokens, the clock.
#![expect(clippy::disallowed_methods, reason = "the terminal tells the rooms what time it is")]

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;

use jiff::Timestamp;

use super::args::{Common, SourceArgs};
use super::failure::Failure;
use super::tokens;
use super::ui::{ProgressView, Voice};
use crate::auth::{AccessToken, Held, Vault};
use crate::bake::{Belief, Source, Tools};
use crate::config::{Environment, Layer, Place, TokenError, Wanted, load};
use crate::emulator::{Emulator, World};
use crate::files::Root;

/// A site that is ready to be worked on.
pub struct Start {
    /// Settings and surroundings.
    pub place: Place,
    /// The site.
    pub root: Root,
    /// One for each feed.
    pub sources: Vec<Source>,
    /// The token of each feed, where it has one of the user's.
    pub held: Vec<Option<Held>>,
    /// Runs as long as this lives, for `--demo`.
    _emulator: Option<Emulator>,
}

/// Reads the settings of a site.
pub fn place(voice: &Voice, common: &Common, flags: Layer) -> Result<Place, Box<Failure>> {
    let wanted = Wanted { site: common.site.clone(), config: common.config.clone(), flags };
    let place = load(&wanted, Environment::read()).map_err(Failure::of_config)?;
    for (name, meant) in &place.doubtful_variables {
        voice.warn(&format!("the variable {name} sets nothing; did you mean {meant}?"));
    }
    Ok(place)
}

/// Reads settings and tokens, and starts the emulator where the demo is asked for.
pub fn start(voice: &Voice, common: &Common, flags: &SourceArgs) -> Result<Start, Box<Failure>> {
    let mut layer = Layer::default();
    if let Some(limit) = &flags.limit {
        layer.flag("limit", "--limit", limit.clone());
    }
    if let Some(base) = &flags.api_base {
        layer.flag("api.base", "--api-base", base.clone());
    }
    let emulator = if flags.demo {
        let emulator = Emulator::serve(World::demo()).map_err(|error| Failure::of_emulator(&error))?;
        layer.flag("api.base", "--demo", emulator.base());
        layer.flag("api.user", "--demo", "me");
        layer.flag("api.version", "--demo", "v25.0");
        Some(emulator)
    } else {
        None
    };
    let place = place(voice, common, layer)?;
    let root = Root::new(&place.site);
    let (mut sources, mut held) = (Vec::new(), Vec::new());
    let vault =
        if emulator.is_none() && !flags.offline { tokens::vault(voice, &place, &root) } else { Vault::default() };
    for feed in &place.settings.feeds {
        let found = match (&emulator, flags.offline) {
            (Some(emulator), _) => Err(demo_source(emulator)),
            (None, true) => Err(Source::Memory),
            (None, false) => tokens::held(&place, &vault, feed).map_err(Source::Nowhere),
        };
        sources.push(match &found {
            Ok(held) => Source::Api(held.token.clone()),
            Err(source) => source.clone(),
        });
        held.push(found.ok());
    }
    Ok(Start { place, root, sources, held, _emulator: emulator })
}

fn demo_source(emulator: &Emulator) -> Source {
    match AccessToken::new(&emulator.token()) {
        Ok(token) => Source::Api(token),
        Err(source) => Source::Nowhere(TokenError::Shape { name: "the demo".to_owned(), source }),
    }
}

impl Start {
    /// Hands the tools to `work`, which may take long and tells `progress` of it.
    pub fn with_tools<T>(&self, progress: &ProgressView<'_>, belief: Belief, work: impl FnOnce(&Tools<'_>) -> T) -> T {
        let answer = work(&Tools {
            root: &self.root,
            settings: &self.place.settings,
            sources: &self.sources,
            now: Timestamp::now(),
            belief,
            shapers: thread::available_parallelism().map_or(1, std::num::NonZero::get),
            watch: &|event| progress.tell(event),
            pause: &thread::sleep,
            dice: &dice,
        });
        progress.finish();
        answer
    }
}

/// The time.
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A fresh number from 0 to 1. The standard library seeds every hasher anew, which is random enough to keep two
/// sites from asking again in the same moment.
pub fn dice() -> f64 {
    let number = RandomState::new().build_hasher().finish() >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    let fraction = number as f64 / (1_u64 << 53) as f64;
    fraction
}
