//! See `kept_fuzz::mapping`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kept_fuzz::mapping(bytes));
