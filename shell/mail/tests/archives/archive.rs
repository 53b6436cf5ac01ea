//! The archives, message by message.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use kept_mail::reading::sha256;

/// The folder of a kind of real data; none: it is not there, which is said.
pub fn folder(test: &str, name: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("KEPT_SHARED").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = shared.unwrap_or_else(beside).join("data").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: {test}: no {}, name the folder of the data with KEPT_SHARED",
        folder.display()
    );
    None
}

/// A file that is packed with gzip.
pub fn unpacked(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let packed = fs::read(path).unwrap();
    GzDecoder::new(packed.as_slice())
        .read_to_end(&mut bytes)
        .unwrap();
    bytes
}

/// All messages of all archives, by the hash of their bytes.
pub fn messages(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = unpacked(&path);
        let name = path.to_string_lossy();
        let files = if name.ends_with(".tar.gz") {
            files_of(&bytes)
        } else {
            vec![bytes]
        };
        for file in files {
            for message in split(&file) {
                all.insert(hex(&sha256(message)), message.to_vec());
            }
        }
    }
    all
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The contents of the ordinary files of a tar archive.
fn files_of(tar: &[u8]) -> Vec<Vec<u8>> {
    let (mut files, mut at) = (Vec::new(), 0);
    while let Some(head) = tar.get(at..at + 512) {
        let digits: String = head[124..136]
            .iter()
            .map(|byte| char::from(*byte))
            .collect();
        let size = usize::from_str_radix(digits.trim_matches(['\0', ' ']), 8).unwrap_or_default();
        if matches!(head[156], b'0' | 0) && size > 0 {
            files.push(tar[at + 512..at + 512 + size].to_vec());
        }
        at += 512 + size.div_ceil(512) * 512;
    }
    files
}

/// The messages of a mailbox file; a file that is none is a message.
fn split(file: &[u8]) -> Vec<&[u8]> {
    if !file.starts_with(b"From ") {
        return vec![file];
    }
    let (mut messages, mut begin, mut at) = (Vec::new(), None, 0);
    let mut empty_before = false;
    for line in file.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b"From ") {
            if let Some(begin) = begin {
                messages.push(&file[begin..at - usize::from(empty_before)]);
            }
            begin = Some(at + line.len());
            empty_before = false;
        } else {
            empty_before = line == b"\n";
        }
        at += line.len();
    }
    if let Some(begin) = begin {
        messages.push(&file[begin..at - usize::from(empty_before)]);
    }
    messages.push(file);
    messages
}
