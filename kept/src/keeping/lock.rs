//! Who has a data folder open. Everybody who works with it shares a lock; who replaces its files wants it alone.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::tell::Failure;

/// A held lock; dropping it, or the end of the process however it comes, gives it back.
pub struct Lock {
    file: File,
    alone: bool,
}

impl Lock {
    /// The name of the file in the data folder.
    pub const NAME: &str = "kept.lock";

    /// With others who share it.
    pub fn shared(data: &Path) -> Result<Self, Failure> {
        let file = open(data)?;
        file.try_lock_shared().map_err(|_| {
            Failure::new(format!(
                "The data in {} are being replaced by another process. Wait until it is done.",
                data.display()
            ))
        })?;
        Ok(Self { file, alone: false })
    }

    /// Alone.
    pub fn alone(data: &Path) -> Result<Self, Failure> {
        let file = open(data)?;
        file.try_lock().map_err(|_| in_use(data))?;
        Ok(Self { file, alone: true })
    }

    /// From shared to alone. In between another may have it, so look again at what is there.
    pub fn now_alone(mut self, data: &Path) -> Result<Self, Failure> {
        self.file.try_lock().map_err(|_| in_use(data))?;
        self.alone = true;
        Ok(self)
    }

    /// Whether others may hold it too.
    pub fn is_shared(&self) -> bool {
        !self.alone
    }

    /// From alone to shared.
    pub fn now_shared(mut self) -> Result<Self, Failure> {
        self.file
            .lock_shared()
            .map_err(|error| Failure::new(format!("The data folder cannot be locked: {error}.")))?;
        self.alone = false;
        Ok(self)
    }
}

fn in_use(data: &Path) -> Failure {
    Failure::new(format!(
        "The data in {} are in use by another process. Stop it first; nothing was changed.",
        data.display()
    ))
}

fn open(data: &Path) -> Result<File, Failure> {
    let path = data.join(Lock::NAME);
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(|error| Failure::new(format!("{} cannot be opened: {error}.", path.display())))
}
