//! See `kept_fuzz::vocabulary`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kept_fuzz::vocabulary(bytes));
