//! Access tokens: `frontrow_server::fuzzing::access_token`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| frontrow_server::fuzzing::access_token(data));
