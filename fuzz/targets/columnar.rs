#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| breachscope_fuzz::read(&["parquet", "arrow", "orc", "avro"], bytes));
