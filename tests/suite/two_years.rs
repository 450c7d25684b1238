//! Two years of daily bakes, with outages, a changed password and a person who pastes a new token.

use std::cell::RefCell;
use std::time::Duration;

use feedbake::auth::AccessToken;
use feedbake::bake::{Belief, FeedOutcome, Source, Tools, bake};
use feedbake::config::{Layer, Settings};
use feedbake::emulator::{Emulator, Fault, RenewedText, photo};
use feedbake::files::Root;

const DAY: Duration = Duration::from_secs(86_400);

/// A small generator of its own, so that every run of the test is the same run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn live_for_two_years(renewal: RenewedText) {
    let api = Emulator::start().post(photo("DAa").size(32, 32));
    let start = api.now();
    let first = api.change(|world| {
        world.renewal = renewal;
        world.tokens.clear();
        world.new_token(start, false)
    });
    // Where the site keeps its token: a secret of the host, here.
    let kept = RefCell::new(first);
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path());
    let mut flags = Layer::default();
    for (key, value) in
        [("api.base", api.base()), ("api.retries", "0".to_owned()), ("pictures.widths", "16".to_owned())]
    {
        flags.flag(key, "--test", value);
    }
    let settings = Settings::from_layers(&[&flags]).unwrap();
    let mut dice = Dice(42);
    let (mut revoked, mut days_of_failure, mut renewals) = (false, 0, 0);
    for day in 0..730 {
        // One day in eight the API is down; once it is for twenty days, while the token waits to be renewed.
        let is_down = dice.throw(8) == 0 || (215..235).contains(&day);
        match day {
            400 => {
                revoked = true;
                api.change(|world| world.tokens.clear());
            }
            // Warned for five days, a person makes a new token and pastes it over the old one.
            405 => {
                revoked = false;
                let now = api.now();
                *kept.borrow_mut() = api.change(|world| world.new_token(now, false));
            }
            _ => {}
        }
        if is_down {
            api.fault(Fault::Code1);
        }
        let sources = [Source::Api(AccessToken::new(&kept.borrow()).unwrap())];
        let report = bake(&Tools {
            root: &root,
            settings: &settings,
            sources: &sources,
            now: api.now(),
            belief: Belief::Cautious,
            shapers: 1,
            watch: &|_| {},
            // The text of a token goes through what a host would be given; `find` plays the host.
            keep_token: &|_, token| {
                let found = api.change(|world| {
                    let texts = world.tokens.iter().map(|known| known.text.clone());
                    texts.rev().find(|text| AccessToken::new(text).unwrap().fingerprint() == token.fingerprint())
                });
                *kept.borrow_mut() = found.ok_or("no such token")?;
                Ok("the host".to_owned())
            },
            pause: &|_| {},
            dice: &|| 0.5,
        })
        .unwrap();
        let data = std::fs::read_to_string(folder.path().join("data/instagram.json")).unwrap();
        assert!(data.contains("\"DAa\"") || day == 0 && is_down, "{renewal:?}, day {day}: the feed is blank");
        let is_good = matches!(report.feeds[0].outcome, FeedOutcome::Baked(_));
        assert_eq!(is_good, !is_down && !revoked, "{renewal:?}, day {day}: {:?}", report.feeds[0].outcome);
        days_of_failure += usize::from(!is_good);
        renewals += usize::from(matches!(
            report.tokens[0].renewal,
            feedbake::bake::Renewal::Same | feedbake::bake::Renewal::Replaced { .. }
        ));
        if let Some(days) = report.tokens[0].days_left {
            assert!(days > 0 || revoked, "{renewal:?}, day {day}: the token lapsed");
            assert_eq!(report.tokens[0].is_near_its_end, days < 14, "{renewal:?}, day {day}: {days} days left");
        }
        api.clear_faults();
        api.advance(DAY);
    }
    assert!(days_of_failure > 60 && (25..45).contains(&renewals), "{days_of_failure} bad days, {renewals} renewals");
}

#[test]
fn the_feed_is_still_there_after_two_years_when_a_renewed_token_keeps_its_text() {
    live_for_two_years(RenewedText::Same);
}

#[test]
fn the_feed_is_still_there_after_two_years_when_every_renewed_token_is_another_text() {
    live_for_two_years(RenewedText::Another);
}
