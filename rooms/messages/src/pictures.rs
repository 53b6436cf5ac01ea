//! Pictures of a mail that lie elsewhere: fetched by the house when somebody asks for them, and kept beside the mail. Whoever wrote it
//! learns that somebody of the house has looked, and nothing about who: no address, no cookie, no program of a person.
//!
//! INVARIANT: only what lies out in the world is fetched, whatever else the house may reach; what comes is a picture by its bytes, and
//! not a large one.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding as _};
use kept_kernel::Id;
use kept_mail::reading::{picture_kind, sha256};
use kept_outbound::{Guard, Target, Trust, get};
use kept_store::{Read, StoreError, params};

use crate::queries;
use crate::room::Room;

/// So many pictures of a mail are fetched.
const MOST: usize = 40;
/// A picture has so many bytes at most.
const LARGEST: usize = 3 * 1024 * 1024;
/// All of them together.
const ALL: usize = 12 * 1024 * 1024;
/// So many are fetched at once.
const AT_ONCE: usize = 6;
/// After so long no other is begun.
const PATIENCE: Duration = Duration::from_secs(20);

/// A picture that was fetched: how it is written into a page, by its address.
pub(crate) type Fetched = HashMap<String, String>;

impl Room {
    /// The pictures of a mail at these addresses, fetched where they are not here yet. Blocks.
    pub(crate) fn pictures(&self, mail: Id, addresses: &[String]) -> Result<Fetched, StoreError> {
        let wanted: Vec<(String, [u8; 32])> = addresses
            .iter()
            .take(MOST)
            .map(|address| (address.clone(), sha256(address.as_bytes())))
            .collect();
        let places: Vec<[u8; 32]> = wanted.iter().map(|(_, place)| *place).collect();
        let known = self
            .store
            .read(move |read| places.iter().map(|place| kept(read, mail, place)).collect());
        let known: Vec<Option<Vec<u8>>> = known.wait()?;
        let missing: Vec<&(String, [u8; 32])> = wanted
            .iter()
            .zip(&known)
            .filter(|(_, known)| known.is_none())
            .map(|(one, _)| one)
            .collect();
        let mut pictures = Fetched::new();
        let mut left = ALL;
        let here = wanted.iter().zip(known);
        for ((address, _), bytes) in here.filter_map(|(one, bytes)| Some((one, bytes?))) {
            add(&mut pictures, &mut left, address, &bytes);
        }
        let begun = Instant::now();
        for some in missing.chunks(AT_ONCE) {
            if begun.elapsed() > PATIENCE {
                break;
            }
            let guard = self.pictures_from;
            let fetched: Vec<Option<Vec<u8>>> = std::thread::scope(|scope| {
                let threads = some
                    .iter()
                    .map(|(address, _)| scope.spawn(move || fetch(address, guard)));
                let threads: Vec<_> = threads.collect();
                threads
                    .into_iter()
                    .map(|thread| thread.join().ok().flatten())
                    .collect()
            });
            for ((address, place), bytes) in some.iter().zip(fetched) {
                // What could not be fetched is not asked for again: a mail is looked at more than once.
                let bytes = bytes
                    .filter(|bytes| bytes.len() <= left)
                    .unwrap_or_default();
                add(&mut pictures, &mut left, address, &bytes);
                self.keep_picture(mail, *place, bytes)?;
            }
        }
        Ok(pictures)
    }

    fn keep_picture(&self, mail: Id, place: [u8; 32], bytes: Vec<u8>) -> Result<(), StoreError> {
        let now = self.world.now();
        let kept = self
            .store
            .write(move |tx| tx.execute(queries::ADD_PICTURE, &params![mail, &place, &bytes, now]));
        kept.wait().map(drop)
    }
}

fn kept(read: &Read<'_>, mail: Id, place: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
    let found: Option<(Vec<u8>,)> = read.maybe(queries::PICTURE, &params![mail, place])?;
    Ok(found.map(|(bytes,)| bytes))
}

/// Writes a picture down as it stands in a page.
fn add(pictures: &mut Fetched, left: &mut usize, address: &str, bytes: &[u8]) {
    let Some(kind) = picture_kind(bytes) else {
        return;
    };
    let Some(rest) = left.checked_sub(bytes.len()) else {
        return;
    };
    *left = rest;
    let written = format!("data:{kind};base64,{}", Base64::encode_string(bytes));
    pictures.insert(address.to_owned(), written);
}

/// What lies at an address, where that is a picture. Redirects are not followed: they would lead elsewhere than was judged.
fn fetch(address: &str, guard: Guard) -> Option<Vec<u8>> {
    let target = Target::parse_open(address, guard).ok()?;
    let kinds = "image/png, image/jpeg, image/gif, image/webp";
    let answer = get(&target, kinds, (guard, &Trust::default()), LARGEST).ok()?;
    let good = answer.status == 200 && picture_kind(&answer.bytes).is_some();
    good.then_some(answer.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn no_picture_leads_the_house_into_its_own_network() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        for address in [
            format!("http://127.0.0.1:{port}/a.png"),
            format!("http://localhost:{port}/a.png"),
            format!("http://[::1]:{port}/a.png"),
            format!("http://2130706433:{port}/a.png"),
            "http://169.254.169.254/latest".to_owned(),
            "file:///etc/passwd".to_owned(),
        ] {
            assert_eq!(fetch(&address, Guard::World), None, "{address}");
        }
        assert!(listener.accept().is_err(), "somebody has asked");
    }
}
