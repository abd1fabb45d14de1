#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| breachscope_fuzz::read(&["pdf", "rtf", "html", "xml"], bytes));
