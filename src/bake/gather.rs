//! The first half of a bake: from the account to a selection whose pictures lie ready in the cache.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::film::film;
use super::listing::Listing;
use super::{BakeError, Event, Hindrance, Kitchen};
use crate::cache::{Index, Original};
use crate::config::FeedSettings;
use crate::feed::{Account, MediaId, Post, Slide, SlideKind};
use crate::files::SitePath;
use crate::http::HttpError;
use crate::manifest::Manifest;
use crate::media::{self, Bench, Clip, File, Fortune, Job, Made, Picture, PixelLimits, Recipe, Stock, Trouble};
use crate::select::{Outlook, Selection, select, wants_more};
use crate::site::{self, Gallery, shown_slides};

/// What one feed will show, with every picture of it at hand.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The posts.
    pub selection: Selection,
    /// Their pictures.
    pub gallery: Gallery,
    /// How each picture came about.
    pub made: Vec<Made>,
    /// What to remember of their originals.
    pub originals: BTreeMap<MediaId, Original>,
    /// Posts whose video is shown by its poster although the video was wished for, and why.
    pub without_video: Vec<(String, String)>,
    /// Bytes of videos that were downloaded.
    pub filmed_bytes: u64,
    /// `scan` ended the listing though more was wanted.
    pub scan_ended: bool,
    /// The API broke the list off though more was wanted.
    pub is_broken_off: bool,
}

/// Why gathering stopped.
pub enum Stopped {
    /// The feed is not refreshed.
    Hindered(Box<Hindrance>),
    /// No feed can be.
    Site(Box<BakeError>),
}

impl Stopped {
    /// Something in the site itself.
    pub fn of_site(error: impl Into<BakeError>) -> Self {
        Self::Site(Box::new(error.into()))
    }
}

impl<T: Into<Hindrance>> From<T> for Stopped {
    fn from(hindrance: T) -> Self {
        Self::Hindered(Box::new(hindrance.into()))
    }
}

/// Whether pictures are made or only counted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictures {
    /// Made, so that the selection holds in the end.
    Make,
    /// Believed: for a list, nothing is downloaded.
    Believe,
}

/// Lists, selects and makes pictures until as many posts as wished are whole, or the account ends.
pub fn gather(
    kitchen: &Kitchen<'_>,
    settings: &FeedSettings,
    known: &Known<'_>,
    listing: &mut Listing<'_>,
    pictures: Pictures,
) -> Result<Gathered, Stopped> {
    let mut gathered = Gathered::default();
    let mut failed: BTreeMap<MediaId, String> = BTreeMap::new();
    let mut unavailable: BTreeMap<MediaId, String> = BTreeMap::new();
    let mut outlook = Outlook::new(&settings.wish);
    let fortune = Fortune::default();
    let mut first_failure = None;
    loop {
        while !listing.has_ended() && outlook.is_too_short(listing.scanned(&settings.wish), &settings.wish) {
            next_page(kitchen, settings, listing)?;
        }
        gathered.selection = select_possible(settings, known, listing, &mut unavailable);
        let wants_more = wants_more(&gathered.selection, listing.scanned(&settings.wish), &settings.wish);
        if !listing.has_ended() && wants_more {
            next_page(kitchen, settings, listing)?;
            continue;
        }
        gathered.is_broken_off = listing.is_broken_off() && wants_more;
        gathered.scan_ended = !listing.has_ended() && listing.posts().len() >= settings.wish.scan;
        if pictures == Pictures::Believe {
            return Ok(gathered);
        }
        let slides: Vec<&Slide> = gathered
            .selection
            .kept
            .iter()
            .flat_map(|post| shown_slides(settings, post))
            .filter(|slide| !gathered.gallery.contains_key(&slide.id) && !failed.contains_key(&slide.id))
            .collect();
        let jobs: Vec<Job> = slides.into_iter().map(|slide| known.job(slide)).collect();
        let mut given_up = false;
        for (job, answer) in
            jobs.iter().zip(make(kitchen, settings, listing, &fortune, &gathered.selection.kept, &jobs))
        {
            match answer.and_then(|made| with_a_place(kitchen, made)) {
                Ok(made) => {
                    gathered.gallery.insert(job.slide.id.clone(), made.picture.clone());
                    gathered.originals.extend(made.original.clone().map(|original| (job.slide.id.clone(), original)));
                    gathered.made.push(made);
                }
                Err(Trouble::File(error)) => return Err(Stopped::of_site(error)),
                Err(trouble) => {
                    let why = in_words(&trouble);
                    match &trouble {
                        Trouble::NotTried => given_up = true,
                        Trouble::Download(_) => drop(first_failure.get_or_insert_with(|| why.clone())),
                        _ => {}
                    }
                    failed.insert(job.slide.id.clone(), why);
                }
            }
        }
        if given_up {
            // Half of the posts would be what the server happened to send before it went down.
            return Err(Hindrance::NoDownloads { first: first_failure.unwrap_or_default() }.into());
        }
        let broken: Vec<(MediaId, String)> = gathered
            .selection
            .kept
            .iter()
            .filter_map(|post| broken(settings, post, &gathered.gallery, &failed))
            .collect();
        if broken.is_empty() {
            break;
        }
        unavailable.extend(broken);
    }
    // Pictures of posts that fell out again are not shown.
    let shown: BTreeSet<&MediaId> =
        gathered.selection.kept.iter().flat_map(|post| shown_slides(settings, post)).map(|slide| &slide.id).collect();
    gathered.gallery.retain(|id, _| shown.contains(id));
    gathered.made.retain(|made| shown.contains(&made.picture.id));
    film(kitchen, settings, known, listing, &mut gathered)?;
    Ok(gathered)
}

/// Refuses a picture that has a folder where one of its files has to be.
pub(super) fn with_a_place(kitchen: &Kitchen<'_>, made: Made) -> Result<Made, Trouble> {
    let is_absent = |path: &SitePath| kitchen.published.size(kitchen.root, path).is_none();
    let folder =
        made.picture.files().map(|file| file.path).find(|path| is_absent(path) && kitchen.root.is_folder(path));
    match folder.cloned() {
        Some(folder) => Err(Trouble::NoPlace(folder)),
        None => Ok(made),
    }
}

fn next_page(kitchen: &Kitchen<'_>, settings: &FeedSettings, listing: &mut Listing<'_>) -> Result<(), Hindrance> {
    listing.next_page(&settings.wish)?;
    (kitchen.watch)(Event::Listed { feed: &settings.name, posts: listing.posts().len() });
    Ok(())
}

/// Selects until everything kept has a chance. What would not be shown anyway is not blamed for lacking a picture.
fn select_possible(
    settings: &FeedSettings,
    known: &Known<'_>,
    listing: &Listing<'_>,
    unavailable: &mut BTreeMap<MediaId, String>,
) -> Selection {
    loop {
        let selection = select(listing.scanned(&settings.wish), &settings.wish, unavailable);
        let hopeless: Vec<(MediaId, String)> = selection
            .kept
            .iter()
            .filter_map(|post| Some((post.id.clone(), hopeless(settings, known, listing, post)?)))
            .collect();
        if hopeless.is_empty() {
            return selection;
        }
        unavailable.extend(hopeless);
    }
}

/// Why `post` cannot be shown whatever is tried, if that can be told from here.
fn hopeless(settings: &FeedSettings, known: &Known<'_>, listing: &Listing<'_>, post: &Post) -> Option<String> {
    if listing.is_withheld(&post.id) {
        return Some("its text holds what looks like an access token".to_owned());
    }
    let at_hand = |slide: &Slide| !slide.picture_links.is_empty() || known.has_copy(&slide.id);
    let any = shown_slides(settings, post).iter().any(at_hand);
    (!any).then(|| Trouble::NoLink.to_string())
}

/// Why a kept post turned out to have no picture at all. One slide of several may be missing.
fn broken(
    settings: &FeedSettings,
    post: &Post,
    gallery: &Gallery,
    failed: &BTreeMap<MediaId, String>,
) -> Option<(MediaId, String)> {
    let slides = shown_slides(settings, post);
    if slides.iter().any(|slide| gallery.contains_key(&slide.id)) {
        return None;
    }
    let why =
        slides.iter().find_map(|slide| failed.get(&slide.id).cloned()).unwrap_or_else(|| Trouble::NoLink.to_string());
    Some((post.id.clone(), why))
}

/// Makes the pictures; a link that died since the listing is asked for anew, once for each post.
pub(super) fn make(
    kitchen: &Kitchen<'_>,
    settings: &FeedSettings,
    listing: &mut Listing<'_>,
    fortune: &Fortune,
    posts: &[Post],
    jobs: &[Job],
) -> Vec<Result<Made, Trouble>> {
    let mut answers = make_once(kitchen, settings, listing, fortune, jobs);
    let dead: Vec<usize> = (0..jobs.len()).filter(|index| answers[*index].as_ref().is_err_and(is_dead_link)).collect();
    let owners: BTreeSet<&MediaId> = dead
        .iter()
        .filter_map(|index| posts.iter().find(|post| post.slides.contains(&jobs[*index].slide)))
        .map(|post| &post.id)
        .collect();
    let fresh: Vec<Post> = owners.into_iter().filter_map(|id| listing.fresh_links(id)).collect();
    let renewed: Vec<(usize, Job)> = dead
        .into_iter()
        .filter_map(|index| {
            let slide = fresh.iter().flat_map(|post| &post.slides).find(|slide| slide.id == jobs[index].slide.id)?;
            Some((index, Job { slide: slide.clone(), ..jobs[index].clone() }))
        })
        .collect();
    let again: Vec<Job> = renewed.iter().map(|(_, job)| job.clone()).collect();
    for ((index, _), answer) in renewed.into_iter().zip(make_once(kitchen, settings, listing, fortune, &again)) {
        answers[index] = answer;
    }
    answers
}

/// Makes the picture of the account; without one the profile is shown in words.
pub fn portray(
    kitchen: &Kitchen<'_>,
    settings: &FeedSettings,
    (manifest, index): (&Manifest, &Index),
    listing: &Listing<'_>,
    account: &Account,
    gathered: &mut Gathered,
) {
    let Some(id) = account.portrait.clone().filter(|_| settings.display.header) else { return };
    let recipe = settings.recipe.of_portrait();
    let known = Known::of_recipe(kitchen, manifest, index, &recipe);
    let picture_links = account.portrait_link.iter().cloned().collect();
    let slide = Slide { id: id.clone(), kind: SlideKind::Image, picture_links, video_link: None, author_alt: None };
    let jobs = [known.job(&slide)];
    let made = make_with(kitchen, settings, &recipe, listing, &Fortune::default(), &jobs).pop();
    if let Some(Ok(made)) = made.map(|made| made.and_then(|made| with_a_place(kitchen, made))) {
        gathered.gallery.insert(id.clone(), made.picture.clone());
        gathered.originals.extend(made.original.clone().map(|original| (id, original)));
        gathered.made.push(made);
    }
}

fn make_once(
    kitchen: &Kitchen<'_>,
    settings: &FeedSettings,
    listing: &Listing<'_>,
    fortune: &Fortune,
    jobs: &[Job],
) -> Vec<Result<Made, Trouble>> {
    make_with(kitchen, settings, &settings.recipe, listing, fortune, jobs)
}

fn make_with(
    kitchen: &Kitchen<'_>,
    settings: &FeedSettings,
    recipe: &Recipe,
    listing: &Listing<'_>,
    fortune: &Fortune,
    jobs: &[Job],
) -> Vec<Result<Made, Trouble>> {
    if jobs.is_empty() {
        return Vec::new();
    }
    let (patience, pause, dice) = (&settings.api.patience, kitchen.pause, kitchen.dice);
    let scanner = &kitchen.scanner;
    let fetch = listing.http().map(|http| {
        move |link: &crate::feed::MediaLink| {
            let bytes = media::fetch(http, link, patience, pause, dice, &|error| fortune.outcome(error))?;
            // Originals are kept in the cache as they came, with whatever was written into them.
            match scanner.scan(&bytes) {
                None => Ok(bytes),
                Some(leak) => {
                    Err(HttpError::Refused { host: "the link".to_owned(), what: format!("a file with {leak}") })
                }
            }
        }
    });
    let (total, feed, watch, ledger) = (jobs.len(), settings.name.as_str(), kitchen.watch, &kitchen.ledger);
    let bench = Bench {
        cache: &kitchen.cache,
        recipe,
        folder: &kitchen.settings.media_dir,
        limits: PixelLimits::default(),
        shapers: kitchen.shapers,
        fortune,
        fetch: fetch.as_ref().map(|fetch| fetch as &media::Fetch<'_>),
        on_made: &|made| ledger.enter(made),
        on_done: &|done| watch(Event::Pictures { feed, done, total }),
    };
    let answers = media::make(jobs, &bench);
    ledger.close();
    answers
}

fn is_dead_link(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Download(error) if error.is_dead_link())
}

/// The whole chain of causes in one line: this becomes the reason of a dropped post.
fn in_words(trouble: &Trouble) -> String {
    let mut words = trouble.to_string();
    let mut cause = std::error::Error::source(trouble);
    while let Some(deeper) = cause {
        let text = deeper.to_string();
        if !words.contains(&text) {
            words.push_str(": ");
            words.push_str(&text);
        }
        cause = deeper.source();
    }
    words
}

/// What earlier bakes left of the pictures.
pub struct Known<'a> {
    manifest: &'a Manifest,
    index: &'a Index,
    kitchen: &'a Kitchen<'a>,
    recipe: String,
}

impl<'a> Known<'a> {
    /// Looks at manifest and cache for pictures of `settings`' recipe.
    pub fn new(kitchen: &'a Kitchen<'a>, manifest: &'a Manifest, index: &'a Index, settings: &FeedSettings) -> Self {
        Self::of_recipe(kitchen, manifest, index, &settings.recipe)
    }

    fn of_recipe(kitchen: &'a Kitchen<'a>, manifest: &'a Manifest, index: &'a Index, recipe: &Recipe) -> Self {
        Self { manifest, index, kitchen, recipe: recipe.fingerprint() }
    }

    fn picture(&self, slide: &MediaId) -> Option<&'a Arc<Picture>> {
        let of_manifest = self.manifest.picture(slide, &self.recipe);
        let cached = || self.index.picture(slide);
        of_manifest
            .filter(|picture| picture.recipe == self.recipe)
            .or_else(|| cached().filter(|picture| picture.recipe == self.recipe))
            .or(of_manifest)
            .or_else(cached)
            .filter(|picture| !picture.renditions.is_empty())
    }

    /// Whether its picture, or what it was made of, is at hand.
    pub fn has_copy(&self, slide: &MediaId) -> bool {
        let picture = self.picture(slide).is_some_and(|picture| self.has_renditions(picture));
        picture || self.index.original(slide).is_some_and(|original| self.kitchen.cache.has(&original.sha256))
    }

    /// The picture of a slide, where all of it is at hand.
    pub fn whole_picture(&self, slide: &MediaId) -> Option<&'a Arc<Picture>> {
        self.picture(slide).filter(|picture| picture.files().all(|file| self.has_file(file)))
    }

    /// What the site knows of its files.
    pub fn manifest(&self) -> &'a Manifest {
        self.manifest
    }

    /// Every file lies in the site, or whole in the cache.
    fn has_renditions(&self, picture: &Picture) -> bool {
        picture.renditions.iter().all(|rendition| {
            self.has_file(File { path: &rendition.path, bytes: rendition.bytes, sha256: &rendition.sha256 })
        })
    }

    /// It lies in the site, whole in the cache, or where a filter hid it.
    pub fn has_file(&self, file: File<'_>) -> bool {
        let in_folder = file.path.below(self.kitchen.settings.media_dir.as_str()).is_some();
        let in_site = self.kitchen.published.size(self.kitchen.root, file.path) == Some(file.bytes);
        let in_cache = || self.kitchen.cache.get(file.sha256).is_ok_and(|bytes| bytes.is_some());
        let is_hidden = || site::hidden(self.kitchen.root, file).is_ok_and(|bytes| bytes.is_some());
        in_folder && (in_site || in_cache() || is_hidden())
    }

    /// The videos that earlier bakes had of a slide, the latest first.
    pub fn clips(&self, slide: &MediaId) -> impl Iterator<Item = &'a Clip> {
        let of_manifest = self.manifest.picture(slide, &self.recipe);
        [of_manifest, self.index.picture(slide)].into_iter().flatten().filter_map(|picture| picture.clip.as_ref())
    }

    /// What is to be done for a slide, and what is at hand for it.
    pub fn job(&self, slide: &Slide) -> Job {
        let picture = self.picture(&slide.id);
        let original = self.index.original(&slide.id).filter(|original| self.kitchen.cache.has(&original.sha256));
        let stock = Stock {
            recipe_matches: picture.is_some_and(|picture| picture.recipe == self.recipe),
            renditions: picture.is_some_and(|picture| self.has_renditions(picture)),
            original: original.is_some(),
            link: !slide.picture_links.is_empty(),
            link_renamed: original.is_some_and(|original| original.is_renamed(&slide.picture_links)),
        };
        Job { slide: slide.clone(), stock, known: picture.cloned(), original: original.cloned() }
    }
}
