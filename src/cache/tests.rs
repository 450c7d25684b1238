//! What is kept, what counts as absent, and what is written at all.

use super::*;

#[test]
fn a_damaged_object_counts_as_absent() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path());
    let cache = Cache::new(&root);
    let name = cache.put(b"one").unwrap();
    assert_eq!(cache.get(&name).unwrap().as_deref(), Some(b"one".as_slice()));
    root.write(&object(&name), b"two").unwrap();
    assert_eq!(cache.get(&name).unwrap(), None);
    cache.put(b"one").unwrap();
    assert_eq!(cache.get(&name).unwrap().as_deref(), Some(b"one".as_slice()), "what is put anew is mended");
    assert_eq!(cache.get("../../etc/passwd").unwrap(), None);
}

#[test]
fn the_same_bytes_can_be_put_from_many_threads_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(&Root::new(folder.path()));
    for round in 0..50_u8 {
        let bytes = vec![round; 100_000];
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| cache.put(&bytes).unwrap());
            }
        });
        let name = cache.put(&bytes).unwrap();
        assert_eq!(cache.get(&name).unwrap().as_deref(), Some(bytes.as_slice()));
    }
}

#[test]
fn pruning_leaves_what_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(&Root::new(folder.path()));
    let (one, two) = (cache.put(b"one").unwrap(), cache.put(b"two").unwrap());
    cache.prune(&BTreeSet::from([one.as_str()])).unwrap();
    assert!(cache.has(&one) && !cache.has(&two));
}

#[test]
fn an_index_of_another_edition_is_an_empty_one() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path());
    let cache = Cache::new(&root);
    for text in ["", "{", "{\"edition\":99,\"originals\":{},\"pictures\":{},\"feeds\":{}}"] {
        root.write(&inside("index.json"), text.as_bytes()).unwrap();
        assert_eq!(cache.read_index().unwrap(), Index::default(), "{text}");
    }
    let mut index = Index { is_news: true, ..Index::default() };
    cache.write_index(&mut index).unwrap();
    assert_eq!(cache.read_index().unwrap(), Index::default());
}

#[test]
fn an_index_that_says_nothing_new_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path());
    let cache = Cache::new(&root);
    let (slide, now) = (MediaId::new("1").unwrap(), Timestamp::UNIX_EPOCH);
    let original = Original { sha256: "0".repeat(64), link_key: "0123456789abcdef".to_owned() };
    let memory = FeedMemory { account: None, posts: Vec::new(), shown: None };
    let mut index = Index::default();
    index.remember_original(&slide, &original);
    index.remember_feed("feed", memory.clone(), now);
    cache.write_index(&mut index).unwrap();
    let mut again = cache.read_index().unwrap();
    assert_eq!(
        (again.original(&slide), again.feed("feed"), again.baked_at("feed")),
        (Some(&original), Some(&memory), Some(now))
    );
    root.remove(&inside("index.json")).unwrap();
    again.remember_original(&slide, &original);
    again.remember_feed("feed", memory, Timestamp::MAX);
    again.retain_feeds(|_| true);
    again.retain_slides(|_| true);
    cache.write_index(&mut again).unwrap();
    assert!(!root.exists(&inside("index.json")), "nothing was new but the time");
    assert_eq!(cache.read_index().unwrap().baked_at("feed"), Some(Timestamp::MAX));
    again.retain_slides(|_| false);
    cache.write_index(&mut again).unwrap();
    assert!(root.exists(&inside("index.json")));
}
