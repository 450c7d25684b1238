//! The state of the stand-in: an account with its posts, tokens, a clock, and the files behind its links.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::builders::PostBuilder;
use super::pictures::Content;
use crate::media::hex;

/// Image links live about 4.4 days.
pub const IMAGE_LINK_LIFE: SignedDuration = SignedDuration::from_secs(380_160);

/// Video links live about 1.4 days.
pub const VIDEO_LINK_LIFE: SignedDuration = SignedDuration::from_secs(120_960);

/// A token lives sixty days.
pub const TOKEN_LIFE: SignedDuration = SignedDuration::from_hours(60 * 24);

/// Which of the two APIs is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Login {
    /// `graph.instagram.com`, `IGAA…` tokens, `me`.
    #[default]
    Instagram,
    /// `graph.facebook.com`, `EAA…` tokens, the account's id.
    Facebook,
}

/// One post or one slide.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// Its fields under the API's names, but for links and children.
    pub facts: Map<String, Value>,
    /// The file behind `media_url`.
    pub media: Option<String>,
    /// The file behind `thumbnail_url`.
    pub thumbnail: Option<String>,
    /// The slides of a carousel.
    pub children: Vec<Node>,
}

impl Node {
    /// A fact that is a text; empty when there is none.
    pub fn text(&self, key: &str) -> &str {
        self.facts.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}

/// What a renewal answers. What the API does is written down nowhere, and people have reported all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rotation {
    /// Another token each time; the old one lives to its own end.
    #[default]
    Another,
    /// The same token, which lives longer.
    Same,
    /// Another token each time, which ends the old one.
    AnotherEndsTheOld,
}

/// The form of the answer to a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodeAnswer {
    /// As it was recorded.
    #[default]
    Flat,
    /// As Meta's page shows it.
    InData,
}

/// What keeps a token from working before its time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Bar {
    /// Nothing.
    #[default]
    None,
    /// The password was changed, or the session ended.
    Invalidated,
}

/// A token the stand-in knows.
#[derive(Debug, Clone)]
pub struct Token {
    /// The token itself: it opens nothing but this stand-in.
    pub text: String,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether it lives for an hour, and may be exchanged.
    pub is_short: bool,
    /// What else keeps it from working.
    pub bar: Bar,
}

/// Where and what a file is.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The name it has in the folder, or was given.
    pub name: String,
    /// What is in it.
    pub content: Content,
    /// Links to it answer 404.
    pub is_deleted: bool,
}

/// Everything the stand-in knows.
#[derive(Debug, Clone)]
pub struct World {
    /// Which API is played.
    pub login: Login,
    /// The account under the API's names.
    pub account: Map<String, Value>,
    /// In any order; listed newest first.
    pub posts: Vec<Node>,
    /// Valid and expired tokens.
    pub tokens: Vec<Token>,
    /// The path of a link → its file.
    pub files: BTreeMap<String, Stored>,
    /// The app of the authorization flow.
    pub app: App,
    /// Codes of the authorization flow that were not used yet, and when they end.
    pub codes: BTreeMap<String, Timestamp>,
    /// What a renewal answers.
    pub rotation: Rotation,
    /// The form of the answer to a code.
    pub code_answer: CodeAnswer,
    /// The account has accepted its invitation as a tester of the app.
    pub is_tester: bool,
    /// The token endpoints read the token from the address only, which is all that Meta documents.
    pub wants_query: bool,
    /// How far the clock is set from the real one.
    pub clock_offset: SignedDuration,
    /// Makes every listing's links and every new token differ from the last ones.
    pub counter: u64,
}

/// The app of the authorization flow.
#[derive(Debug, Clone)]
pub struct App {
    /// `client_id`.
    pub id: String,
    /// `client_secret`.
    pub secret: String,
    /// The only one that is accepted, to the character.
    pub redirect_uri: String,
}

impl Default for World {
    /// An account without posts, with one valid token.
    fn default() -> Self {
        let account = json!({
            "id": "26160319576992690",
            "user_id": "17841400000000001",
            "username": "feedbake.test",
            "name": "feedbake test",
            "account_type": "BUSINESS",
            "followers_count": 42,
            "follows_count": 7,
            "media_count": 0,
        });
        let mut world = Self {
            login: Login::Instagram,
            account: account.as_object().cloned().unwrap_or_default(),
            posts: Vec::new(),
            tokens: Vec::new(),
            files: BTreeMap::new(),
            app: App {
                id: "990602627938098".to_owned(),
                secret: "0123456789abcdef0123456789abcdef".to_owned(),
                redirect_uri: "https://localhost:8000/".to_owned(),
            },
            codes: BTreeMap::new(),
            rotation: Rotation::default(),
            code_answer: CodeAnswer::default(),
            is_tester: true,
            wants_query: false,
            clock_offset: SignedDuration::ZERO,
            counter: 0,
        };
        world.new_token(Timestamp::UNIX_EPOCH, false);
        // The first token is valid at whatever time the clock shows.
        if let Some(token) = world.tokens.first_mut() {
            token.expires_at = Timestamp::MAX;
        }
        world
    }
}

impl World {
    /// Plays the API of Facebook Login.
    pub fn facebook() -> Self {
        let mut world = Self { login: Login::Facebook, tokens: Vec::new(), ..Self::default() };
        world.new_token(Timestamp::UNIX_EPOCH, false);
        if let Some(token) = world.tokens.first_mut() {
            token.expires_at = Timestamp::MAX;
        }
        world
    }

    /// Makes a token that is valid from `now` on; returns it.
    pub fn new_token(&mut self, now: Timestamp, is_short: bool) -> String {
        self.counter += 1;
        let prefix = match self.login {
            Login::Instagram => "IGAA",
            Login::Facebook => "EAAB",
        };
        // As long as a real one, from the alphabet of real ones, and plainly made here.
        let noise = hex(&Sha256::digest(format!("token {}", self.counter))).repeat(3);
        let text = format!("{prefix}emulated{}ZDZD", &noise[..150]);
        let life = if is_short { SignedDuration::from_hours(1) } else { TOKEN_LIFE };
        let expires_at = now.checked_add(life).unwrap_or(Timestamp::MAX);
        self.tokens.push(Token { text: text.clone(), issued_at: now, expires_at, is_short, bar: Bar::None });
        text
    }

    /// Ends every token, as a changed password does.
    pub fn change_password(&mut self) {
        for token in &mut self.tokens {
            token.bar = Bar::Invalidated;
        }
    }

    /// Adds a post and its files.
    pub fn add(&mut self, post: PostBuilder) {
        let (node, files) = post.build(self.posts.len());
        for (name, content) in files {
            self.store(&name, content);
        }
        self.posts.push(node);
    }

    /// Keeps a file and gives it the path its links will have.
    pub fn store(&mut self, name: &str, content: Content) {
        self.files.insert(link_path(name), Stored { name: name.to_owned(), content, is_deleted: false });
    }

    /// The posts as the API lists them: newest first.
    pub fn listed(&self) -> Vec<&Node> {
        let mut posts: Vec<&Node> = self.posts.iter().collect();
        posts.sort_by(|left, right| {
            right.text("timestamp").cmp(left.text("timestamp")).then_with(|| right.text("id").cmp(left.text("id")))
        });
        posts
    }

    /// Finds a post or a slide by its id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        let all = self.posts.iter().flat_map(|post| std::iter::once(post).chain(&post.children));
        all.into_iter().find(|node| node.text("id") == id)
    }

    /// Deletes a post; links to its files answer 404 from then on.
    pub fn delete(&mut self, shortcode: &str) {
        let names: Vec<String> = self
            .posts
            .iter()
            .filter(|post| post.text("shortcode") == shortcode)
            .flat_map(|post| std::iter::once(post).chain(&post.children))
            .flat_map(|node| node.media.iter().chain(&node.thumbnail))
            .cloned()
            .collect();
        self.posts.retain(|post| post.text("shortcode") != shortcode);
        for name in names {
            if let Some(file) = self.files.get_mut(&link_path(&name)) {
                file.is_deleted = true;
            }
        }
    }

    /// The id the account has in addresses.
    pub fn account_id(&self) -> &str {
        self.account
            .get("user_id")
            .or_else(|| self.account.get("id"))
            .and_then(Value::as_str)
            .unwrap_or("17841400000000001")
    }
}

/// The path of a file's links, which stays the same while host and query change.
pub fn link_path(name: &str) -> String {
    let digits: String = Sha256::digest(name).iter().take(16).map(|byte| char::from(b'0' + byte % 10)).collect();
    let (first, second) = digits.split_at(8);
    match name.rsplit('.').next() {
        Some("mp4") => format!("/o1/v/t2/f2/m367/{digits}.mp4"),
        Some(ending @ ("webp" | "heic" | "png" | "gif")) => {
            format!("/v/t51.82787-15/{first}_{second}_{digits}_n.{ending}")
        }
        _ => format!("/v/t51.82787-15/{first}_{second}_{digits}_n.jpg"),
    }
}
