#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| breachscope_fuzz::read(&["delimited", "sql", "json", "hl7", "x12", "edifact", "logfmt", "fixed-width"], bytes));
