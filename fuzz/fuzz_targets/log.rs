//! See `kept_fuzz::log`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kept_fuzz::log(bytes));
