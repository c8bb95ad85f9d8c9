//! Codes of tickets: `frontrow_server::fuzzing::ticket_code`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| frontrow_server::fuzzing::ticket_code(data));
