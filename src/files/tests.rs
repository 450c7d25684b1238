//! What is written, deleted and refused, on a real folder.

use super::*;

fn path(text: &str) -> SitePath {
    SitePath::new(text).unwrap()
}

#[test]
fn a_path_that_leaves_the_site_is_refused() {
    for text in ["", "/", "/etc/passwd", "..", "a/../b", "a//b", "./a", "c:/x", "c:\\x", "a/\u{0}", "a/.", "\\\\host"] {
        assert!(SitePath::new(text).is_err(), "{text:?}");
    }
    assert_eq!(path("static\\feedbake/").as_str(), "static/feedbake");
    assert_eq!(path("static/feedbake/x.webp").below("static"), Some("feedbake/x.webp"));
    assert_eq!(path("staticx/feedbake").below("static"), None);
}

#[test]
fn equal_bytes_are_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path());
    assert_eq!(root.write(&path("a/b.txt"), b"one").unwrap(), Written::Created);
    assert_eq!(root.write(&path("a/b.txt"), b"one").unwrap(), Written::Unchanged);
    assert_eq!(root.write(&path("a/b.txt"), b"two").unwrap(), Written::Changed);
    assert_eq!(root.read(&path("a/b.txt")).unwrap().as_deref(), Some(b"two".as_slice()));
    assert_eq!(fs::read_dir(folder.path().join("a")).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_keeps_its_rights() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path());
    for mode in [0o755, 0o444, 0o600, 0o664] {
        let name = path(&format!("{mode:o}.html"));
        root.write(&name, b"one").unwrap();
        fs::set_permissions(root.locate(&name), fs::Permissions::from_mode(mode)).unwrap();
        root.write(&name, b"two").unwrap();
        assert_eq!(fs::metadata(root.locate(&name)).unwrap().permissions().mode() & 0o7777, mode);
        root.write_secret(&name, b"three").unwrap();
        assert_eq!(fs::metadata(root.locate(&name)).unwrap().permissions().mode() & 0o7777, 0o600);
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_or_deleted_through_a_link() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("mine.txt"), "mine").unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("static")).unwrap();
    let root = Root::new(folder.path());
    assert!(matches!(root.write(&path("static/mine.txt"), b"x"), Err(FileError::Symlink { .. })));
    assert!(matches!(root.remove(&path("static/mine.txt")), Err(FileError::Symlink { .. })));
    assert!(matches!(root.remove_folder(&path("static")), Err(FileError::Symlink { .. })));
    assert_eq!(fs::read_to_string(outside.path().join("mine.txt")).unwrap(), "mine");
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_file_or_beside_it_is_replaced_and_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("mine.txt");
    fs::write(&outside, "mine").unwrap();
    let root = Root::new(folder.path().join("site"));
    fs::create_dir(root.folder()).unwrap();
    for name in ["data.json", ".data.json.feedbake-unfinished"] {
        std::os::unix::fs::symlink(&outside, root.folder().join(name)).unwrap();
    }
    root.write(&path("data.json"), b"new").unwrap();
    assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
    assert!(fs::symlink_metadata(root.folder().join("data.json")).unwrap().is_file());
    assert_eq!(fs::read_dir(root.folder()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn nobody_else_may_read_a_secret_and_nothing_is_left_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join(".env");
    fs::write(&place, "OLD=1\n").unwrap();
    write_secret(&place, b"NEW=1\n").unwrap();
    assert_eq!(fs::read_to_string(&place).unwrap(), "NEW=1\n");
    assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(write_secret(Path::new("/"), b"x").is_err());
}

#[test]
fn a_leftover_of_a_run_that_died_is_swept() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path());
    fs::write(folder.path().join(".data.json.feedbake-unfinished"), "{").unwrap();
    root.sweep(&path("data.json")).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn removing_the_last_file_removes_the_folders_it_left_empty() {
    let folder = tempfile::tempdir().unwrap();
    let root = Root::new(folder.path());
    root.write(&path("static/feedbake/a.webp"), b"a").unwrap();
    root.write(&path("static/robots.txt"), b"mine").unwrap();
    assert!(root.remove(&path("static/feedbake/a.webp")).unwrap());
    assert!(!folder.path().join("static/feedbake").exists());
    assert!(folder.path().join("static/robots.txt").exists());
}
