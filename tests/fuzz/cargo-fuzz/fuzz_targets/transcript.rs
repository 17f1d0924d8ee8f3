#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| caisson_fuzz::transcript(data));
