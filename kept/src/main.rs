//! The program `kept`: it checks and explains SOPs, answers questions about working time, replays a log of real
//! requests under the SOPs, shows what a changed SOP would have changed, and keeps a company's own data.
//!
//! Exit status: 0 all is well, 1 something was found that needs a look, 2 the command or its input cannot be used.

/// A page is thousands of small pieces of memory and a few large ones, taken and given back: with the system's allocator that was a
/// quarter of its time. SQLite takes its memory here too, and what a judgement of everything took for some seconds goes back.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    kept::main()
}
