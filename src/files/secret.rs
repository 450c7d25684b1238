//! Files with a secret in them.

use std::fs;
use std::path::Path;

use super::{Attempt, FileError, beside, write_through};

/// Puts `bytes` into a file that only its owner may read: written beside its place, then renamed into it.
///
/// # Errors
/// [`FileError::Io`] when the system refuses.
pub fn write_secret(place: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let beside = beside(place);
    let written =
        make_private(&beside).and_then(|()| write_through(&beside, bytes)).and_then(|()| fs::rename(&beside, place));
    written.map_err(|source| {
        // Best effort: what was not written is not left lying about, either.
        let _ = fs::remove_file(&beside);
        FileError::Io { attempt: Attempt::Write, path: place.to_owned(), source }
    })
}

/// An empty file that nobody else may read, before there is anything to read in it.
fn make_private(place: &Path) -> std::io::Result<()> {
    let _ = fs::remove_file(place);
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(place).map(drop)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn nobody_else_may_read_it_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join(".env");
        fs::write(&place, "OLD=1\n").unwrap();
        write_secret(&place, b"NEW=1\n").unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "NEW=1\n");
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
