//! Queries of lists: `frontrow_server::fuzzing::list_query`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| frontrow_server::fuzzing::list_query(data));
