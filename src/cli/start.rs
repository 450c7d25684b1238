//! What most commands begin with: the site, its settings, its tokens, the clock.
#![expect(clippy::disallowed_methods, reason = "the terminal tells the rooms what time it is")]

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread;

use jiff::Timestamp;

use super::args::{Common, SourceArgs};
use super::failure::Failure;
use super::tokens;
use super::ui::{ProgressView, Voice};
use crate::auth::{AccessToken, Held, Store, Vault};
use crate::bake::{self, Belief, Source, Tools};
use crate::config::{Environment, Layer, Place, TokenError, Wanted, load, look, site_below};
use crate::emulator::{Emulator, World};
use crate::feed::one_line;
use crate::files::{Lock, Root};

/// A site that is ready to be worked on.
pub struct Start {
    /// Settings and surroundings.
    pub place: Place,
    /// The site.
    pub root: Root,
    /// One for each feed.
    pub sources: Vec<Source>,
    /// Where a token goes that changes when it is renewed; nowhere until a command that renews says so.
    pub stores: Vec<Store>,
    /// A place that is named for it cannot be used as things are.
    pub is_store_hindered: bool,
    /// Runs as long as this lives, for `--demo`.
    _emulator: Option<Emulator>,
}

/// Reads the settings of a site.
pub fn place(voice: &Voice, common: &Common, flags: Layer) -> Result<Place, Box<Failure>> {
    let place = read(common, flags)?;
    for (name, meant) in &place.doubtful_variables {
        voice.warn(&format!("the variable {name} sets nothing; did you mean {meant}?"));
    }
    Ok(place)
}

fn read(common: &Common, flags: Layer) -> Result<Place, Box<Failure>> {
    let wanted = Wanted { site: common.site.clone(), config: common.config.clone(), flags };
    load(&wanted, Environment::read()).map_err(Failure::of_config)
}

/// Where a command that was run in a folder that nothing tells of may have been meant.
pub fn hint_of_site_below(place: &Place, command: &str) -> Option<String> {
    let below = site_below(&place.site)?;
    Some(format!("is the site in {0}? `{command} --site {0}`, or run it there", below.display()))
}

/// The site without its settings, where those cannot be used.
pub fn look_at_place(common: &Common, flags: Layer) -> Option<Place> {
    look(&Wanted { site: common.site.clone(), config: None, flags }, Environment::read())
}

/// The settings that flags make.
pub fn layer_of(flags: &SourceArgs) -> Layer {
    let mut layer = Layer::default();
    if let Some(limit) = &flags.limit {
        layer.flag("limit", "--limit", limit.clone());
    }
    if let Some(base) = &flags.api_base {
        layer.flag("api.base", "--api-base", base.clone());
    }
    layer
}

/// Reads settings and tokens, and starts the emulator where the demo is asked for: for a command that only looks.
pub fn start(voice: &Voice, common: &Common, flags: &SourceArgs, layer: Layer) -> Result<Start, Box<Failure>> {
    let (emulator, of_flags) = emulator_of(flags)?;
    Ok(begin(voice, place(voice, common, of_flags.over(layer))?, emulator, flags))
}

/// The same for a command that changes the site: it waits for its turn before it reads what another run may be
/// changing, which holds for the token above all. `consequence` is what it means when there is no turn.
pub fn start_alone(
    voice: &Voice,
    common: &Common,
    flags: &SourceArgs,
    layer: Layer,
    consequence: &str,
) -> Result<(Lock, Start), Box<Failure>> {
    let (emulator, of_flags) = emulator_of(flags)?;
    let layer = of_flags.over(layer);
    // A site whose settings cannot be used is not touched, not even by a lock.
    let before = place(voice, common, layer.clone())?;
    let lock = enter(voice, &Root::new(&before.site), consequence)?;
    Ok((lock, begin(voice, read(common, layer)?, emulator, flags)))
}

/// Waits for this run's turn in a site.
pub fn enter(voice: &Voice, root: &Root, consequence: &str) -> Result<Lock, Box<Failure>> {
    bake::enter(root, |holder| wait(voice, holder)).map_err(|error| Failure::of_file(&error, consequence))
}

/// Says whom this run waits for.
pub fn wait(voice: &Voice, holder: &str) {
    let who = if holder.is_empty() { String::new() } else { format!(" ({})", one_line(holder)) };
    voice.say(&format!("another feedbake works in this site{who}: waiting for it to end"));
}

fn emulator_of(flags: &SourceArgs) -> Result<(Option<Emulator>, Layer), Box<Failure>> {
    let mut layer = layer_of(flags);
    if !flags.demo {
        return Ok((None, layer));
    }
    let emulator = Emulator::serve(World::demo()).map_err(|error| Failure::of_emulator(&error))?;
    layer.flag("api.base", "--demo", emulator.base());
    layer.flag("api.user", "--demo", "me");
    layer.flag("api.version", "--demo", "v25.0");
    Ok((Some(emulator), layer))
}

fn begin(voice: &Voice, place: Place, emulator: Option<Emulator>, flags: &SourceArgs) -> Start {
    let root = Root::new(&place.site);
    let is_real = emulator.is_none() && !flags.offline;
    let vault = if is_real { tokens::vault(voice, &place, &root) } else { Vault::default() };
    let source = |feed| match &emulator {
        Some(emulator) => demo_source(emulator),
        None if flags.offline => Source::Memory,
        None => tokens::held(&place, &vault, feed).map_or_else(Source::Nowhere, Source::Api),
    };
    let sources = place.settings.feeds.iter().map(source).collect();
    Start { place, root, sources, stores: Vec::new(), is_store_hindered: false, _emulator: emulator }
}

fn demo_source(emulator: &Emulator) -> Source {
    match AccessToken::new(&emulator.token()) {
        Ok(token) => Source::Demo(token),
        Err(source) => Source::Nowhere(TokenError::Shape { name: "the demo".to_owned(), source }),
    }
}

impl Start {
    /// The time.
    pub fn now(&self) -> Timestamp {
        now()
    }

    /// The token of a feed, where it has one of the user's.
    pub fn held(&self, index: usize) -> Option<&Held> {
        match self.sources.get(index)? {
            Source::Api(held) => Some(held),
            Source::Demo(_) | Source::Memory | Source::Nowhere(_) => None,
        }
    }

    /// Hands the tools to `work`, which may take long and tells `progress` of it.
    pub fn with_tools<T>(
        &self,
        voice: &Voice,
        progress: &ProgressView<'_>,
        belief: Belief,
        work: impl FnOnce(&Tools<'_>) -> T,
    ) -> T {
        let answer = work(&Tools {
            root: &self.root,
            settings: &self.place.settings,
            sources: &self.sources,
            now: self.now(),
            belief,
            shapers: thread::available_parallelism().map_or(1, std::num::NonZero::get),
            watch: &|event| progress.tell(event),
            stores: &self.stores,
            is_store_hindered: self.is_store_hindered,
            announce: &|token| tokens::mask(voice, &self.place, token),
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
