//! Writing a backup.

use std::fs::{self, File, OpenOptions};
use std::io::{BufWriter, Read as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use age::stream::StreamWriter;
use flate2::Compression;
use flate2::write::GzEncoder;
use kept_store::copy::{Cell, Table};
use serde::Serialize;

use super::lines::{FilePart, Foot, Head, TableEnd, TableHead, encoded, row};
use super::lock::Sealing;
use crate::keeping::canonical::RowsHash;
use crate::tell::Failure;

/// How much of a file stands in one line, in bytes.
const PART: usize = 48 * 1024;

/// A backup being written. Before [`Writer::finish`] there is no file of its name; dropping it leaves none.
pub struct Writer {
    out: GzEncoder<StreamWriter<BufWriter<File>>>,
    unfinished: Unfinished,
    path: PathBuf,
    table: Option<(String, u64, RowsHash)>,
    tables: u64,
    rows: u64,
}

/// Takes away what is not whole.
struct Unfinished(Option<PathBuf>);

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

impl Writer {
    pub fn begin(path: &Path, sealing: Sealing, head: &Head) -> Result<Self, Failure> {
        if path.exists() {
            return Err(Failure::new(format!(
                "{} is there already, and a backup is never overwritten. Choose another name.",
                path.display()
            )));
        }
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".part-{}", std::process::id()));
        let part = PathBuf::from(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part)
            .map_err(|error| failed(path, &error))?;
        let unfinished = Unfinished(Some(part));
        let sealed = sealing.close(BufWriter::with_capacity(1 << 17, file))?;
        let mut writer = Self {
            out: GzEncoder::new(sealed, Compression::fast()),
            unfinished,
            path: path.to_owned(),
            table: None,
            tables: 0,
            rows: 0,
        };
        writer.line(head)?;
        Ok(writer)
    }

    /// Adds a file of the data folder, in parts; one that is not there is left out.
    pub fn file(&mut self, name: &str, path: &Path) -> Result<(), Failure> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(path, &error)),
        };
        let mut part = vec![0; PART];
        loop {
            let read = file.read(&mut part).map_err(|error| failed(path, &error))?;
            let Some(bytes) = part.get(..read).filter(|bytes| !bytes.is_empty()) else {
                return Ok(());
            };
            self.line(&FilePart {
                file: name.to_owned(),
                part: encoded(bytes),
            })?;
        }
    }

    pub fn table(&mut self, table: &Table, given: Option<i64>) -> Result<(), Failure> {
        self.end_table()?;
        self.table = Some((table.name.clone(), 0, RowsHash::new()));
        let columns = table.columns.iter().map(|column| column.name.clone());
        self.line(&TableHead {
            table: table.name.clone(),
            columns: columns.collect(),
            given,
        })
    }

    pub fn row(&mut self, table: &Table, cells: &[Cell]) -> Result<(), Failure> {
        if let Some((_, rows, hash)) = &mut self.table {
            *rows += 1;
            hash.add(&table.columns, cells);
        }
        self.line(&row(&table.columns, cells))
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows + self.table.as_ref().map_or(0, |(_, rows, _)| *rows)
    }

    fn end_table(&mut self) -> Result<(), Failure> {
        let Some((end, rows, hash)) = self.table.take() else {
            return Ok(());
        };
        self.tables += 1;
        self.rows += rows;
        self.line(&TableEnd {
            end,
            rows,
            hash: hash.finish(),
        })
    }

    /// Puts the whole file in its place, on disk. Returns its size in bytes.
    pub fn finish(mut self) -> Result<u64, Failure> {
        self.end_table()?;
        self.line(&Foot {
            tables: self.tables,
            rows: self.rows,
        })?;
        let path = self.path;
        let run = || {
            let file = self
                .out
                .finish()?
                .finish()?
                .into_inner()
                .map_err(std::io::IntoInnerError::into_error)?;
            file.sync_all()?;
            let size = file.metadata()?.len();
            let mut unfinished = self.unfinished;
            if let Some(part) = &unfinished.0 {
                // A link never takes the place of a file that has come meanwhile.
                fs::hard_link(part, &path)?;
                fs::remove_file(part)?;
            }
            unfinished.0 = None;
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
            Ok(size)
        };
        run().map_err(|error| failed(&path, &error))
    }

    fn line(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let path = &self.path;
        serde_json::to_writer(&mut self.out, value)
            .map_err(std::io::Error::from)
            .and_then(|()| self.out.write_all(b"\n"))
            .map_err(|error| failed(path, &error))
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}. No backup was made.", path.display()))
}
