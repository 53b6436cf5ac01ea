//! Where the files of logs lie: sealed, since a log is full of what clients said and the database is encrypted too.
//!
//! A file is a row of pieces, each sealed by itself and bound to its file, its place and whether it is the last: so a piece
//! cannot be moved, and a file that was cut short does not pass for a whole one. It is written under another name until it
//! is whole.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kept_kernel::Id;
use kept_vault::{Sealer, SystemRandom};

/// How many bytes a piece holds.
const PIECE: usize = 256 << 10;

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// The log as it was sent.
    Log,
    /// The lines of it that could not be used, as CSV.
    BadLines,
}

impl Kind {
    const fn ending(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::BadLines => "bad",
        }
    }
}

/// The folder of logs. Clones share it.
#[derive(Clone, Debug)]
pub struct Shelf(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    sealer: Sealer,
}

/// A file that is being written. Unless it is kept, it is gone with this.
pub(crate) struct Coming {
    shelf: Shelf,
    id: Id,
    kind: Kind,
    part: PathBuf,
    file: File,
    piece: Vec<u8>,
    place: u64,
    bytes: u64,
    kept: bool,
}

impl Shelf {
    /// In that folder, which is made when the first file comes.
    pub fn new(folder: PathBuf, sealer: Sealer) -> Self {
        Self(Arc::new(Shared { folder, sealer }))
    }

    fn path(&self, id: Id, kind: Kind) -> PathBuf {
        self.0.folder.join(format!("{id}.{}", kind.ending()))
    }

    pub(crate) fn write(&self, id: Id, kind: Kind) -> io::Result<Coming> {
        make_private(&self.0.folder)?;
        let part = self.0.folder.join(format!("{id}.{}.part", kind.ending()));
        Ok(Coming {
            file: File::create(&part)?,
            shelf: self.clone(),
            id,
            kind,
            part,
            piece: Vec::with_capacity(PIECE),
            place: 0,
            bytes: 0,
            kept: false,
        })
    }

    /// Opens a file; reading fails where it was changed or cut.
    pub(crate) fn read(&self, id: Id, kind: Kind) -> io::Result<impl Read + use<>> {
        let file = File::open(self.path(id, kind))?;
        Ok(Pieces {
            shelf: self.clone(),
            about: about(id, kind),
            file: BufReader::new(file),
            piece: io::Cursor::new(Vec::new()),
            place: 0,
            ended: false,
        })
    }

    pub(crate) fn has(&self, id: Id, kind: Kind) -> bool {
        self.path(id, kind).exists()
    }

    /// Throws the files of a log away.
    pub(crate) fn remove(&self, id: Id) -> io::Result<()> {
        for kind in [Kind::Log, Kind::BadLines] {
            match fs::remove_file(self.path(id, kind)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Throws away what belongs to no log: what was half sent when the program ended.
    pub(crate) fn tidy(&self, wanted: &[Id]) -> io::Result<()> {
        let Ok(entries) = fs::read_dir(&self.0.folder) else {
            return Ok(());
        };
        for entry in entries {
            let path = entry?.path();
            let of = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.parse::<Id>().ok());
            if of.is_none_or(|id| !wanted.contains(&id)) {
                fs::remove_file(&path)?;
            }
        }
        Ok(())
    }
}

fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

fn about(id: Id, kind: Kind) -> String {
    format!("history/{id}/{}", kind.ending())
}

fn about_piece(file: &str, place: u64, last: bool) -> String {
    let last = if last { "last" } else { "more" };
    format!("{file}/{place}/{last}")
}

impl Coming {
    pub(crate) fn add(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        while self.piece.len() + bytes.len() > PIECE {
            let (now, rest) = bytes
                .split_at_checked(PIECE - self.piece.len())
                .unwrap_or((bytes, &[]));
            self.piece.extend_from_slice(now);
            bytes = rest;
            self.seal(false)?;
        }
        self.piece.extend_from_slice(bytes);
        Ok(())
    }

    /// The file is whole: from now on it is there, also after a loss of power.
    pub(crate) fn keep(mut self) -> io::Result<u64> {
        self.seal(true)?;
        self.file.sync_all()?;
        fs::rename(&self.part, self.shelf.path(self.id, self.kind))?;
        self.kept = true;
        File::open(&self.shelf.0.folder)?.sync_all()?;
        Ok(self.bytes)
    }

    fn seal(&mut self, last: bool) -> io::Result<()> {
        let about = about_piece(&about(self.id, self.kind), self.place, last);
        let sealer = &self.shelf.0.sealer;
        let sealed = sealer.seal(about.as_bytes(), &self.piece, &mut SystemRandom);
        let sealed = sealed.map_err(io::Error::other)?;
        self.file.write_all(&(sealed.len() as u32).to_le_bytes())?;
        self.file.write_all(&[u8::from(last)])?;
        self.file.write_all(&sealed)?;
        self.piece.clear();
        self.place += 1;
        Ok(())
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        if !self.kept {
            // What is left is thrown away at the next start.
            let _ = fs::remove_file(&self.part);
        }
    }
}

struct Pieces {
    shelf: Shelf,
    about: String,
    file: BufReader<File>,
    piece: io::Cursor<Vec<u8>>,
    place: u64,
    ended: bool,
}

impl Pieces {
    fn next(&mut self) -> io::Result<()> {
        let mut head = [0; 5];
        self.file.read_exact(&mut head)?;
        let [a, b, c, d, last] = head;
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        if length > 2 * PIECE {
            return Err(io::Error::other("the file is damaged"));
        }
        let mut sealed = vec![0; length];
        self.file.read_exact(&mut sealed)?;
        let about = about_piece(&self.about, self.place, last == 1);
        let opened = self.shelf.0.sealer.open(about.as_bytes(), &sealed);
        self.piece = io::Cursor::new(opened.map_err(io::Error::other)?.to_vec());
        self.place += 1;
        self.ended = last == 1;
        Ok(())
    }
}

impl Read for Pieces {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.piece.read(into)?;
            if read > 0 || self.ended || into.is_empty() {
                return Ok(read);
            }
            self.next()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use kept_vault::{Purpose, Roots};

    use super::*;

    fn shelf(folder: &Path) -> Shelf {
        let roots = Roots::new(&mut SystemRandom).unwrap();
        Shelf::new(folder.to_owned(), Sealer::new(&roots, Purpose::Files))
    }

    fn read(shelf: &Shelf, id: Id) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        shelf.read(id, Kind::Log)?.read_to_end(&mut all)?;
        Ok(all)
    }

    #[test]
    fn what_was_written_is_read_back_and_lies_there_sealed() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(folder.path());
        for size in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let id = Id::from_bytes([size as u8; 16]);
            let bytes = b"Ada Lovelace ".repeat(size / 13 + 1)[..size].to_vec();
            let mut coming = shelf.write(id, Kind::Log).unwrap();
            for part in bytes.chunks(1_000) {
                coming.add(part).unwrap();
            }
            assert_eq!(coming.keep().unwrap(), size as u64);
            assert_eq!(read(&shelf, id).unwrap(), bytes);
            let lying = fs::read(shelf.path(id, Kind::Log)).unwrap();
            assert!(memchr::memmem::find(&lying, b"Lovelace").is_none());
        }
    }

    #[test]
    fn a_file_that_was_cut_or_changed_is_not_read_as_whole() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(folder.path());
        let id = Id::from_bytes([7; 16]);
        let mut coming = shelf.write(id, Kind::Log).unwrap();
        coming.add(&vec![1; 2 * PIECE + 5]).unwrap();
        coming.keep().unwrap();
        let path = shelf.path(id, Kind::Log);
        let whole = fs::read(&path).unwrap();
        let piece = whole.len() / 2;
        for cut in [0, 4, piece, whole.len() - 1] {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(read(&shelf, id).is_err(), "cut at {cut}");
        }
        for place in [4, 5, 100, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[place] ^= 1;
            fs::write(&path, &changed).unwrap();
            assert!(read(&shelf, id).is_err(), "changed at {place}");
        }
    }

    #[test]
    fn a_file_that_is_not_kept_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = shelf(folder.path());
        let id = Id::from_bytes([7; 16]);
        shelf.write(id, Kind::Log).unwrap().add(b"half").unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        shelf.write(id, Kind::Log).unwrap().keep().unwrap();
        fs::write(folder.path().join(format!("{id}.log.part")), b"half").unwrap();
        shelf.tidy(&[id]).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        shelf.tidy(&[]).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
