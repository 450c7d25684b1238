//! Settings from the outside: who set what, and what is said when it cannot be used.

use feedbake::emulator::{Emulator, photo};

use crate::sandbox::Sandbox;

#[test]
fn a_flag_beats_a_variable_beats_the_file() {
    let api = Emulator::start()
        .post(photo("DAa").size(64, 64))
        .post(photo("DAb").size(64, 64))
        .post(photo("DAc").size(64, 64));
    let site = Sandbox::new(&api).file("feedbake.toml", "limit = 3\n");
    site.run("bake").succeeds();
    assert_eq!(site.shown().len(), 3);
    site.run_with("bake", &[("FEEDBAKE_LIMIT", "2")]).succeeds();
    assert_eq!(site.shown().len(), 2);
    site.run_with("bake --limit 1", &[("FEEDBAKE_LIMIT", "2")]).succeeds();
    assert_eq!(site.shown().len(), 1);
}

#[test]
fn what_cannot_be_used_ends_with_3_and_names_the_place() {
    let site = Sandbox::without_token();
    site.write("feedbake.toml", "\nlimits = 3\n");
    site.run("bake").ends_with(3).says(&["feedbake.toml:2 sets `limits`", "did you mean `limit`?"]);
    site.write("feedbake.toml", "limit = \"many\"\n");
    site.run("bake").ends_with(3).says(&["`limit` in feedbake.toml:1", "from 1 to 10000, not \"many\""]);
    site.write("feedbake.toml", "");
    site.run_with("bake", &[("FEEDBAKE_SORT", "best")]).ends_with(3).says(&["`sort` in the variable FEEDBAKE_SORT"]);
    site.run("bake --limit 0").ends_with(3).says(&["`limit` in the flag --limit"]);
    site.run("bake --api-base http://example.org").ends_with(3).says(&["`api.base` in the flag --api-base"]);
    site.run("bake --config other.toml").ends_with(3).says(&["there is no settings file other.toml"]);
    site.run_with("bake", &[("FEEDBAKE_LIMTI", "3")])
        .says(&["FEEDBAKE_LIMTI sets nothing; did you mean FEEDBAKE_LIMIT?"]);
    site.run("bake --nonsense").ends_with(2);
    site.run("bake --site nowhere").ends_with(2).says(&["there is no folder nowhere"]);
}

#[test]
fn a_token_in_the_settings_is_refused() {
    let site = Sandbox::without_token().file("feedbake.toml", "access_token = \"IGAAsecretsecretsecret\"\n");
    let ran = site.run("bake").ends_with(3).says(&["feedbake.toml:1 holds a token"]);
    assert!(!ran.stderr.contains("IGAAsecret"));
}
