//! Values of seat keys and gates in Redis: `frontrow_engines::fuzzing::hold_value`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| frontrow_engines::fuzzing::hold_value(data));
