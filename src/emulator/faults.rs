//! What can go wrong, as far as anybody has seen it: each fault has a word, and a sentence that says what it does.

use std::fmt;
use std::str::FromStr;

/// What a fault is played on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Every request to the API.
    Api,
    /// A list of posts.
    List,
    /// A download.
    Cdn,
    /// Renewal, exchange and login.
    Token,
}

macro_rules! faults {
    ($($name:ident $word:literal $target:ident $about:literal;)*) => {
        /// A fault the emulator can play.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault {
            $(#[doc = $about] $name,)*
        }

        impl Fault {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// Its word on the command line.
            pub fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What it does, in a sentence.
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => $about,)* }
            }

            /// What it is played on.
            pub fn target(self) -> Target {
                match self { $(Self::$name => Target::$target,)* }
            }
        }
    };
}

faults! {
    RateCode4 "rate-4" Api "code 4 with status 403, transient, without usage headers";
    RateCode17 "rate-17" Api "code 17: the user's request limit";
    RateCode613 "rate-613" Api "code 613: a custom limit";
    Rate80002 "rate-80002" Api "code 80002 with status 400; the header names 1 minute";
    Rate80002As429 "rate-80002-429" Api "code 80002 with status 429; the header names 90 minutes";
    Rate429 "rate-429" Api "status 429 and a web page, without a header that says for how long";
    Rate429RetryAfter "rate-429-retry-after" Api "status 429 and a Retry-After of 90 minutes";
    Code1 "code-1" Api "code 1 with status 500: an unknown error";
    Code2 "code-2" Api "code 2 with status 500, transient";
    Code2As503 "code-2-503" Api "code 2 with status 503, transient";
    ReduceData "reduce-data" List "code 1 while more than 10 posts are asked for at once";
    Html502 "html-502" Api "a web page with status 502";
    Html200 "html-200" Api "a web page with status 200, as a captive portal sends it";
    EmptyBody "empty-body" Api "status 200 and nothing else";
    CutJson "cut-json" Api "the connection ends in the middle of the JSON";
    Reset "reset" Api "the connection ends before a word is said";
    Stall "stall" Api "half an answer, then silence for 5 minutes";
    Trickle "trickle" Api "a few bytes now and then, for half a minute: never silence, and never an end";
    RedirectApi "redirect-api" Api "a redirect to another host";
    RedirectLoop "redirect-loop" Api "a redirect to the same address";
    GzipBomb "gzip-bomb" Api "64 kB that unpack to 64 MB";
    HugeAnswer "huge-answer" Api "an answer of 40 MB";
    DeepJson "deep-json" Api "JSON that is nested 100000 levels deep";
    TokenExpired "token-expired" Api "code 190, subcode 463";
    TokenExpiredBare "token-expired-bare" Api "code 190 without a subcode, as recorded in 2021";
    TokenInvalidated "token-invalidated" Api "code 190, subcode 460: the password was changed";
    TokenUnreadable "token-unreadable" Api "code 190: cannot parse access token, with status 401";
    AppRemoved "app-removed" Api "code 190, subcode 458";
    Checkpoint "checkpoint" Api "code 190, subcode 459";
    TesterRoleMissing "tester-role-missing" Api "code 100: unsupported request, on every path";
    ScopeMissing "scope-missing" Api "code 10: no permission for this action";
    RenewalDown "renewal-down" Token "code 2 with status 500 wherever tokens are made or renewed, while posts are listed as ever";
    Blocked "blocked" Api "code 368: blocked for a while";
    TokenDies "token-dies" List "the token expires between the first page and the second";
    RefuseAltText "refuse-alt-text" List "code 100: there is no field alt_text, neither in posts nor in slides";
    VideoWithoutMediaUrl "video-without-media-url" List "videos lose their media_url, as from one day to the next in 2026";
    ImageWithoutMediaUrl "image-without-media-url" List "the newest image loses its media_url";
    WithoutChildren "without-children" List "carousels come without their children";
    UnknownMediaType "unknown-media-type" List "every media_type is a word nobody knows";
    EmptyPage "empty-page" List "the first page is empty and has a next one";
    DoubledItem "doubled-item" List "the last post of a page stands on the next one again";
    NextToItself "next-to-itself" List "the next page is this one";
    InCircles "in-circles" List "behind the last page comes the first one again, for ever, under a new cursor each time";
    EmptyForEver "empty-for-ever" List "every page is empty and has a next one";
    DeletedAfterListing "deleted-after-listing" List "the newest post is deleted between list and download";
    GrownBetweenPages "grown-between-pages" List "a post is added between the pages";
    ExtraKeys "extra-keys" List "every item has keys nobody knows";
    NumbersAsIds "numbers-as-ids" List "ids are bare numbers beyond 2^53";
    EmptyList "empty-list" List "the account lists nothing";
    HostileCaptions "hostile-captions" List "captions with markup, templates, commands and direction marks";
    HalfEmoji "half-emoji" List "captions that end in half a surrogate pair";
    ExpiredLink "expired-link" Cdn "403 URL signature expired";
    BadHash "bad-hash" Cdn "403 Bad URL hash";
    CdnMissing "cdn-missing" Cdn "404";
    CdnDown "cdn-down" Cdn "503";
    JpegNamedHeic "jpeg-named-heic" List "links end in .heic and lead to JPEGs";
    WebpNamedJpg "webp-named-jpg" Cdn "a WebP under a .jpg link";
    TruncatedJpeg "truncated-jpeg" Cdn "a JPEG of which the second half is missing";
    LengthTooLarge "length-too-large" Cdn "a Content-Length larger than the body";
    LengthTooSmall "length-too-small" Cdn "a Content-Length smaller than the body";
    CutPicture "cut-picture" Cdn "the connection ends in the middle of the body";
    HtmlPicture "html-picture" Cdn "a web page with status 200 instead of a picture";
    EmptyPicture "empty-picture" Cdn "status 200 and 0 bytes";
    GifPicture "gif-picture" Cdn "a GIF";
    HugePicture "huge-picture" Cdn "a small file of 12000 × 12000 pixels";
    HeicPicture "heic-picture" Cdn "a real HEIC";
    VideoPicture "video-picture" Cdn "a video where a picture was expected";
    SlowDrip "slow-drip" Cdn "the body comes in fifty drops";
    StalledPicture "stalled-picture" Cdn "half a body, then silence for 5 minutes";
    RedirectElsewhere "redirect-elsewhere" Cdn "a redirect to another host";
    RedirectLoopPicture "redirect-loop-picture" Cdn "a redirect to the same address";
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A word that is no fault's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no fault")]
pub struct NoFault(pub String);

impl FromStr for Fault {
    type Err = NoFault;
    fn from_str(word: &str) -> Result<Self, NoFault> {
        Self::ALL.iter().copied().find(|fault| fault.word() == word).ok_or_else(|| NoFault(word.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_word_of_its_own() {
        for fault in Fault::ALL {
            assert_eq!(fault.word().parse::<Fault>().as_ref(), Ok(fault));
        }
        assert!("nonsense".parse::<Fault>().is_err());
    }
}
