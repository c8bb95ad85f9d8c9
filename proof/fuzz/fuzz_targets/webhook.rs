//! Notices of the payment provider: `frontrow_engines::fuzzing::webhook`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| frontrow_engines::fuzzing::webhook(data));
