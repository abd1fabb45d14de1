#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| breachscope_fuzz::read(&["zip", "tar", "cpio", "ar", "rpm", "7z", "rar", "cab", "lha", "iso9660", "xar", "program"], bytes));
