//! See `kept_fuzz::calendar_file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kept_fuzz::calendar_file(bytes));
