//! Memory that is given back.
//!
//! A judgement of everything takes a hundred megabytes for some seconds. glibc takes the sizes of what is freed as a sign to keep as
//! much at hand, and the process would stay as large as it ever was: at 10,000 clients 237 MB instead of 135. A fixed threshold keeps
//! it from guessing; it can only be named in the environment from which a program starts.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// What more is free at the end of the heap is given back; what is larger has pages of its own. In bytes, glibc's own first guess.
const THRESHOLD: &str = "131072";
const VARIABLES: [&str; 2] = ["MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES"];

/// Starts this program again, in its own place, with memory that is given back; nothing where somebody has chosen already, or where
/// the allocator is another one.
pub fn give_back() {
    let chosen = VARIABLES
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    if chosen || !cfg!(all(target_os = "linux", target_env = "gnu")) {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let mut arguments = std::env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    again.args(arguments);
    // It comes back only where it cannot be done, and then the process is larger than it need be.
    let _ = again.env(VARIABLES[0], THRESHOLD).exec();
}
