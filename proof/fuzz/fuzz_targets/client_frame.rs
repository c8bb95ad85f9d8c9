//! Frames from clients: `frontrow_domain::fuzzing::client_frame`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| frontrow_domain::fuzzing::client_frame(data));
