//! The header Idempotency-Key: `frontrow_server::fuzzing::idempotency_key`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| frontrow_server::fuzzing::idempotency_key(data));
