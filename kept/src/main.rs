//! The program `kept`: it checks and explains SOPs, answers questions about working time, replays a log of real
//! requests under the SOPs, shows what a changed SOP would have changed, and keeps a company's own data.
//!
//! Exit status: 0 all is well, 1 something was found that needs a look, 2 the command or its input cannot be used.

fn main() -> std::process::ExitCode {
    kept::main()
}
