//! Binary frames from the server: `frontrow_domain::fuzzing::server_frame`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| frontrow_domain::fuzzing::server_frame(data));
