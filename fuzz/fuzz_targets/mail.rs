//! See `kept_fuzz::mail`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kept_fuzz::mail(bytes));
