//! Seating plans: `frontrow_domain::fuzzing::plan`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| frontrow_domain::fuzzing::plan(data));
