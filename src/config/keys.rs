//! Every setting there is: the one list that the file reader, the environment and the README agree with.

use super::environment::KEPT_BY_PLUGIN;

/// Where a setting may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Once for the site.
    Site,
    /// At the top for all feeds, and in a `[[feed]]` for one of them.
    Feed,
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its path in the settings file, such as `pictures.widths`.
    pub path: &'static str,
    /// Where it may stand.
    pub scope: Scope,
    /// The default as it would be written in the file; empty when there is none.
    pub default: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
}

const fn feed(path: &'static str, default: &'static str, about: &'static str) -> Key {
    Key { path, scope: Scope::Feed, default, about }
}

const fn site(path: &'static str, default: &'static str, about: &'static str) -> Key {
    Key { path, scope: Scope::Site, default, about }
}

/// All settings, in the order of the README.
pub const KEYS: &[Key] = &[
    feed("limit", "12", "how many posts to show; exactly this many, if the account has them"),
    feed("types", r#"["image", "carousel", "video"]"#, "kinds of posts to show"),
    feed("include_hashtags", "[]", "show only posts with one of these hashtags"),
    feed("exclude_hashtags", "[]", "leave out posts with one of these; wins over `include_hashtags`"),
    feed("since", "", "leave out posts older than this date, such as `\"2024-01-01\"`"),
    feed("sort", r#""newest""#, "`newest`, `oldest`, `likes`, or `random` (the same from run to run)"),
    feed("hide", "[]", "posts to leave out: shortcodes or pasted addresses; wins over `pin`"),
    feed("pin", "[]", "posts to show first, in this order; wins over the filters"),
    feed("scan", "1000", "how many posts to look through at most"),
    feed("counts", "false", "write likes and comments into the data file (it then changes with every like)"),
    feed("data_file", r#""data/instagram.json""#, "the data file; a `[[feed]]` of another name has `data/<name>.json`"),
    feed(
        "language",
        r#""auto""#,
        "what the page is written in, such as `\"de\"`; `auto` asks the site's configuration",
    ),
    feed(
        "date_format",
        r#""long""#,
        "how `date` is written: `long`, `medium`, `short`, or strftime with English names",
    ),
    feed("timezone", r#""UTC""#, "the time zone of `date`, such as `\"Europe/Berlin\"`"),
    feed("token_env", "", "the environment variable that holds the token"),
    site(
        "generator",
        r#""auto""#,
        "what builds the site: `zola`, `hugo`, `eleventy`, `jekyll`, `astro`, or `html` for nothing; `auto` looks at its files",
    ),
    site("base_path", r#""/""#, "what addresses begin with in the fragment of a plain HTML site"),
    site(
        "media_dir",
        r#""static/feedbake""#,
        "the folder of the pictures, below `static/` (for other generators see docs/generators.md)",
    ),
    site("max_stale", r#""30d""#, "how old the last good feed may be before a failed bake fails the build"),
    site("templates", "true", "write the partial, the stylesheet and the shortcode where they are missing"),
    site("token.refresh", r#""20d""#, "renew the token once it is this old; `\"never\"` leaves that to somebody else"),
    site("token.warn", r#""14d""#, "how long before a token's end somebody is told"),
    site("token.store", "", "where a changed token goes: `github`, `netlify`, or `.env`"),
    site(
        "token.command",
        "[]",
        "a program that takes a changed token on its standard input, such as `[\"gh\", \"secret\", \"set\", \"{}\"]`",
    ),
    feed(
        "pictures.widths",
        "[320, 640, 1080]",
        "widths to make, in pixels; never wider than the original, and of two near ones the wider alone",
    ),
    feed(
        "pictures.formats",
        r#"["webp", "jpeg"]"#,
        "formats to make, the best first; `avif` on request (smaller still, and ten times the work)",
    ),
    feed("pictures.aspect", r#""original""#, "`original`, or a ratio to crop to: `1:1`, `4:5`, `3:4`, …"),
    feed("pictures.carousel", r#""all""#, "`all` slides of a carousel, or its `cover`"),
    feed(
        "pictures.video",
        r#""poster""#,
        "what to make of a video: its `poster`, or the `file`, which the page then plays",
    ),
    feed("pictures.video_max", r#""20MB""#, "a larger video is shown by its poster"),
    feed("pictures.avif_quality", "80", "AVIF quality, 1 to 100"),
    feed("pictures.webp_quality", "80", "WebP quality, 1 to 100"),
    feed("pictures.jpeg_quality", "80", "JPEG quality, 1 to 100"),
    feed("display.layout", r#""grid""#, "`grid`, `masonry`, `carousel`, `highlight` or `list`"),
    feed("display.large_every", "3", "in a highlight, the first of every so many posts is large"),
    feed("display.albums", r#""cover""#, "an album's tile shows its `cover`, or all of it to `leaf` through"),
    feed("display.lightbox", "false", "tiles open in a box on the page, without a script; else they lead to the post"),
    feed(
        "display.link",
        r#""instagram""#,
        "where the post is that tiles lead to: on `instagram`, or in the `archive` of this site",
    ),
    feed("display.header", "false", "the profile above the posts"),
    feed("display.follow", "false", "a link to the profile below the posts"),
    site("display.script", "false", "write `feedbake.js` too: Escape and arrow keys in the box"),
    feed("archive.enabled", "false", "a page of its own for every post of the account, with Zola: docs/archive.md"),
    feed("archive.deleted", r#""remove""#, "a post deleted on Instagram leaves the archive too, or is there to `keep`"),
    feed(
        "archive.folder",
        r#""content/instagram""#,
        "the folder of the pages; a `[[feed]]` of another name has `content/<name>`",
    ),
    feed(
        "archive.taxonomy",
        r#""tags""#,
        "the taxonomy of the site that hashtags belong to, where it has it; `\"\"` for none",
    ),
    feed(
        "archive.recheck",
        r#""30d""#,
        "how often the whole account is listed again, to see what was deleted or edited",
    ),
    feed("archive.site_url", "", "the address of the site in its JSON Feed, if it is not `base_url`"),
    feed("words.photo", "", "what a photo is called; empty words are in the `language`, here and below"),
    feed("words.video", "", "a video"),
    feed("words.reel", "", "a reel"),
    feed("words.album", "", "an album, such as `\"Album of {count}\"`"),
    feed("words.by", "", "something of somebody, such as `\"{what} by {username}\"`"),
    feed("words.close", "", "closes the box"),
    feed("words.previous", "", "the post before"),
    feed("words.next", "", "the post after"),
    feed("words.open", "", "leads to the post on Instagram"),
    feed("words.more", "", "leads to where else a tile does: `display.link`, or the `link` of an `[[override]]`"),
    feed("words.follow", "", "leads to the profile, such as `\"Follow @{username}\"`"),
    feed(
        "api.base",
        r#""https://graph.instagram.com""#,
        "address of the API; `https://graph.facebook.com` for Facebook Login",
    ),
    feed("api.version", r#""v25.0""#, "version of the API; `\"\"` leaves it out"),
    feed("api.user", r#""me""#, "whose posts: `me`, or the account's id with Facebook Login"),
    feed("api.token_in", r#""header""#, "send the token in the `header`, or in the `query`"),
    feed("api.timeout", r#""60s""#, "the longest a single request may take, its body included"),
    feed("api.retries", "3", "how often to ask again when the API or the network stumbles"),
    feed("api.retry_pause", r#""2s""#, "pause before the first retry; doubled for each further one"),
    feed("api.patience", r#""60s""#, "the longest single pause, a rate limit's included"),
];

/// Variables with our prefix that are no settings: secrets, and names of places they go to.
pub const OTHER_VARIABLES: [&str; 5] =
    ["FEEDBAKE_TOKEN_KEY", "FEEDBAKE_APP_SECRET", "FEEDBAKE_GITHUB_SECRET", "FEEDBAKE_NETLIFY_CONTEXT", KEPT_BY_PLUGIN];

/// Finds a setting by its path.
pub fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

/// Whether settings stand below `path`, as in `[pictures]`.
pub fn is_table(path: &str) -> bool {
    KEYS.iter().any(|key| key.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// The name of the environment variable that sets `path`.
pub fn variable(path: &str) -> String {
    format!("FEEDBAKE_{}", path.replace('.', "_").to_uppercase())
}

/// The known word nearest to `unknown`, if one is near enough to be meant.
pub fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(unknown, word), word))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_recognised() {
        let paths = || KEYS.iter().map(|key| key.path);
        for (wrong, right) in
            [("limt", "limit"), ("picture.widths", "pictures.widths"), ("exclude_hashtag", "exclude_hashtags")]
        {
            assert_eq!(nearest(wrong, paths()), Some(right), "{wrong}");
        }
        assert_eq!(nearest("zzzz", paths()), None);
    }

    #[test]
    fn variables_are_named_after_their_path() {
        assert_eq!(variable("pictures.widths"), "FEEDBAKE_PICTURES_WIDTHS");
    }
}
