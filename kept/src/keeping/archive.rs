//! The file of a backup: lines of JSON, compressed with gzip, encrypted with age. `age -d FILE | gunzip` shows it.
//!
//! ```text
//! {"kept_backup":1,"made_at":"…","program":"0.1.0","from":"sqlite","schemas":[["journal",1],…]}
//! {"file":"kept.keys","part":"base64 …"}
//! {"table":"records","columns":["number","noun","id"],"given":17}
//! [1,"request","SR-1"]
//! …
//! {"end":"records","rows":17,"hash":"…"}
//! …
//! {"tables":12,"rows":4711}
//! ```
//!
//! Ids and bytes are base64, numbers with a fraction are texts that read back exactly. The last line is there only
//! when all is.

mod lines;
mod lock;
mod reader;
mod writer;

pub use lines::Head;
pub use lock::{Opener, Sealing};
pub use reader::{Reader, Seen};
pub use writer::Writer;
