//! Two years of neglect: a bake a day, outages, a changed password, and a person who acts on warnings only.
//!
//! The library is driven with the time as an argument; the emulator's clock goes along.

use std::cell::RefCell;
use std::fs;
use std::time::Duration;

use feedbake::auth::{AccessToken, GithubStore, Held, Outlook, Renewed, Store, TokenPlace, Vault, VaultKey, choose};
use feedbake::bake::{Belief, FeedOutcome, Hindrance, Source, Tools, bake, enter};
use feedbake::config::{Layer, Settings};
use feedbake::emulator::{Emulator, Fault, Rotation, World, photo};
use feedbake::files::Root;
use feedbake::graph::ApiError;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;

use crate::hosts::{CREDENTIAL, Host};

const NAME: &str = "INSTAGRAM_ACCESS_TOKEN";
const DAYS: i64 = 730;
const PASSWORD_DAY: i64 = 400;
const PASTE_DAY: i64 = 550;
/// A person reads the mail, finds the time, and clicks.
const REACTION_DAYS: i64 = 5;

/// Where the next run finds its token.
enum Keeper {
    /// In a variable that nothing changes.
    Nothing,
    Vault,
    Github(Host),
    DotEnv,
}

struct Life {
    api: Emulator,
    folder: tempfile::TempDir,
    keeper: Keeper,
    stores: Vec<Store>,
    key: VaultKey,
    /// What the person pasted last.
    pasted: String,
    /// Days without an answer of the API.
    outage: fn(i64) -> bool,
    /// The day from which renewals fail for good.
    renewals_end: i64,
    dice: RefCell<u64>,
}

/// What a day was like.
#[derive(Debug)]
struct Day {
    renewed: Renewed,
    outlook: Outlook,
    is_fresh: bool,
    token_is_dead: bool,
    used: String,
}

impl Life {
    fn new(rotation: Rotation, keeper: fn(&tempfile::TempDir) -> (Keeper, Option<Store>)) -> Self {
        let api = Emulator::start().post(photo("DAa").size(32, 32));
        let folder = tempfile::tempdir().unwrap();
        let key = VaultKey::generate().unwrap();
        let (keeper, store) = keeper(&folder);
        let mut stores: Vec<Store> = store.into_iter().collect();
        if matches!(keeper, Keeper::Vault) {
            stores.push(Store::Vault(key.clone()));
        }
        api.change(|world| world.rotation = rotation);
        let mut life = Self {
            api,
            folder,
            keeper,
            stores,
            key,
            pasted: String::new(),
            outage: |_| false,
            renewals_end: i64::MAX,
            dice: RefCell::new(11),
        };
        life.paste(0);
        life
    }

    fn morning(day: i64) -> Timestamp {
        let first: Timestamp = "2027-01-01T05:17:00Z".parse().unwrap();
        first.checked_add(SignedDuration::from_hours(24 * day)).unwrap()
    }

    /// A person makes a token in the dashboard and sets it where the site is built.
    fn paste(&mut self, day: i64) {
        // It was made the evening before.
        let made = Self::morning(day).checked_sub(SignedDuration::from_hours(8)).unwrap();
        self.pasted = self.api.change(|world| world.new_token(made, false));
        match &self.keeper {
            Keeper::Nothing | Keeper::Vault => {}
            Keeper::Github(host) => host.set(NAME, &self.pasted),
            Keeper::DotEnv => fs::write(self.folder.path().join(".env"), format!("{NAME}={}\n", self.pasted)).unwrap(),
        }
    }

    /// What the variable holds on this day.
    fn variable(&self) -> AccessToken {
        let text = match &self.keeper {
            Keeper::Nothing | Keeper::Vault => self.pasted.clone(),
            Keeper::Github(host) => host.secret(NAME).unwrap(),
            Keeper::DotEnv => {
                let text = fs::read_to_string(self.folder.path().join(".env")).unwrap();
                text.trim().strip_prefix(&format!("{NAME}=")).unwrap().to_owned()
            }
        };
        AccessToken::new(&text).unwrap()
    }

    fn roll(&self) -> u64 {
        let mut state = self.dice.borrow_mut();
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }

    /// A day with its bake.
    fn live(&self, day: i64, settings: &Settings) -> Day {
        let now = Self::morning(day);
        self.api.set_clock(now);
        self.api.clear_faults();
        if (self.outage)(day) || self.roll().is_multiple_of(8) {
            let faults = [Fault::Html502, Fault::Code2, Fault::Reset, Fault::RateCode4];
            self.api.fault(faults[(self.roll() % 4) as usize]);
        }
        if day >= self.renewals_end {
            self.api.fault(Fault::RenewalDown);
        }
        let root = Root::new(self.folder.path());
        let lock = enter(&root, |_| panic!("nobody else is here")).unwrap();
        let vault = if matches!(self.keeper, Keeper::Vault) {
            Vault::open(&root, &self.key).unwrap()
        } else {
            Vault::default()
        };
        let place = if matches!(self.keeper, Keeper::DotEnv) { TokenPlace::DotEnv } else { TokenPlace::Variable };
        let held = choose(Held { name: NAME.to_owned(), token: self.variable(), place }, &vault);
        let mut report = bake(
            &lock,
            &Tools {
                root: &root,
                settings,
                sources: &[Source::Api(held)],
                now,
                belief: Belief::Cautious,
                shapers: 1,
                watch: &|_| {},
                stores: &self.stores,
                is_store_hindered: false,
                announce: &|_| {},
                pause: &|_: Duration| {},
                dice: &|| 0.5,
            },
        )
        .unwrap();
        let renewal = report.tokens.remove(0).outcome.unwrap();
        let outcome = &report.feeds[0].outcome;
        let hindrance = match outcome {
            FeedOutcome::Baked(_) | FeedOutcome::Merged { .. } => None,
            FeedOutcome::Kept { hindrance, .. } | FeedOutcome::Empty { hindrance } => Some(hindrance),
        };
        let token_is_dead =
            matches!(hindrance, Some(Hindrance::Api(ApiError::Fault(fault))) if fault.is_about_the_token());
        let data = fs::read_to_string(self.folder.path().join("data/instagram.json")).unwrap();
        if day > 0 || hindrance.is_none() {
            assert!(data.contains("\"DAa\""), "day {day}: the feed is blank");
        }
        let fingerprint = renewal.token.fingerprint();
        let used = self.api.change(|world| {
            let is_it = |text: &str| AccessToken::new(text).unwrap().fingerprint() == fingerprint;
            world.tokens.iter().find(|token| is_it(&token.text)).unwrap().text.clone()
        });
        Day { renewed: renewal.outcome, outlook: renewal.outlook, is_fresh: hindrance.is_none(), token_is_dead, used }
    }

    /// Days that a token has left by the emulator's own book.
    fn days_left(&self, token: &str, day: i64) -> i64 {
        let end = self.api.change(|world| world.tokens.iter().find(|known| known.text == token).unwrap().expires_at);
        end.duration_since(Self::morning(day)).as_hours().div_euclid(24)
    }

    fn settings(&self) -> Settings {
        let mut layer = Layer::default();
        layer.flag("api.base", "--api-base", self.api.base());
        layer.flag("api.retries", "a test", "0");
        layer.flag("pictures.widths", "a test", "32");
        layer.flag("pictures.formats", "a test", "jpeg");
        layer.flag("templates", "a test", "false");
        Settings::from_layers(&[&layer], &Default::default()).unwrap()
    }
}

/// Lives two years in which the token is renewed by itself, and a person acts only when it was revoked.
fn two_years(mut life: Life) {
    life.outage = |day| (200..220).contains(&day);
    let settings = life.settings();
    let mut dead_since: Option<i64> = None;
    for day in 0..DAYS {
        if day == PASSWORD_DAY {
            life.api.change(World::change_password);
        }
        if dead_since.is_some_and(|since| day >= since + REACTION_DAYS) || day == PASTE_DAY {
            life.paste(day);
            dead_since = None;
        }
        let lived = life.live(day, &settings);
        if lived.token_is_dead {
            assert!((PASSWORD_DAY..=PASSWORD_DAY + REACTION_DAYS + 8).contains(&day), "day {day}: {lived:?}");
            dead_since.get_or_insert(day);
        }
        if day == PASTE_DAY {
            assert_eq!(lived.used, life.pasted, "the pasted token wins over an older one");
        }
        // Unless it was revoked, the token in use is never near its end: the longest outage cost twenty days.
        if !(PASSWORD_DAY..PASSWORD_DAY + REACTION_DAYS + 8).contains(&day) {
            assert!(life.days_left(&lived.used, day) > 15, "day {day}: {} days left", life.days_left(&lived.used, day));
            assert!(!lived.token_is_dead, "day {day}");
            assert!(!matches!(lived.outlook, Outlook::Near { .. } | Outlook::Over), "day {day}: warned of nothing");
        }
        assert!(!matches!(lived.renewed, Renewed::Unkept { .. }), "day {day}");
    }
}

#[test]
fn a_token_that_stays_the_same_lives_for_two_years_without_any_machinery() {
    two_years(Life::new(Rotation::Same, |_| (Keeper::Nothing, None)));
}

#[test]
fn a_token_that_changes_lives_for_two_years_in_the_encrypted_file() {
    two_years(Life::new(Rotation::Another, |_| (Keeper::Vault, None)));
}

#[test]
fn a_token_whose_renewal_ends_the_old_one_lives_for_two_years_in_the_encrypted_file() {
    two_years(Life::new(Rotation::AnotherEndsTheOld, |_| (Keeper::Vault, None)));
}

#[test]
fn a_token_that_changes_lives_for_two_years_in_a_secret_on_github() {
    two_years(Life::new(Rotation::AnotherEndsTheOld, |_| {
        let host = Host::github();
        let store = Store::Github(GithubStore {
            api: host.base().parse().unwrap(),
            repository: "me/site".to_owned(),
            credential: SecretString::from(CREDENTIAL),
            secret: None,
        });
        (Keeper::Github(host), Some(store))
    }));
}

#[test]
fn a_token_that_changes_lives_for_two_years_in_a_dot_env_file() {
    two_years(Life::new(Rotation::Another, |folder| (Keeper::DotEnv, Some(Store::File(folder.path().join(".env"))))));
}

/// Lives two years in which the token does not renew itself: warnings come in time for a person who takes `REACTION_DAYS`.
fn with_a_person(mut life: Life) {
    let settings = life.settings();
    let mut warned_on: Option<i64> = None;
    let mut warnings = 0;
    for day in 0..DAYS {
        if warned_on.is_some_and(|on| day >= on + REACTION_DAYS) {
            life.paste(day);
            warned_on = None;
        }
        let lived = life.live(day, &settings);
        assert!(!lived.token_is_dead, "day {day}: it lapsed");
        let pasted_left = life.days_left(&life.pasted, day);
        if matches!(lived.outlook, Outlook::Near { .. }) && warned_on.is_none() {
            assert!(pasted_left >= REACTION_DAYS, "day {day}: {pasted_left} days are too few");
            warned_on = Some(day);
            warnings += 1;
        }
        // The day is counted from the first bake, and the token was made the evening before.
        assert!(pasted_left > 13 || warned_on.is_some(), "day {day}: {pasted_left} days left, and nobody knows");
        assert!(lived.is_fresh || day < 2 || life.days_left(&life.pasted, day) > 0);
    }
    assert!((10..=20).contains(&warnings), "{warnings} warnings in two years");
}

#[test]
fn where_nothing_keeps_a_changed_token_a_person_is_told_in_time() {
    with_a_person(Life::new(Rotation::Another, |_| (Keeper::Nothing, None)));
}

#[test]
fn where_renewals_fail_for_good_a_person_is_told_in_time() {
    let mut life = Life::new(Rotation::Same, |_| (Keeper::Nothing, None));
    life.renewals_end = 1;
    with_a_person(life);
}
