//! See `kept_fuzz::sop_document`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kept_fuzz::sop_document(bytes));
