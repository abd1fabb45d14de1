#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| breachscope_fuzz::read(&["mail", "mbox", "vcard", "icalendar", "ldif", "stealer_log", "cookies"], bytes));
