#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| breachscope_fuzz::read(&["gzip", "bzip2", "xz", "lzma", "lzip", "zstd", "lz4", "compress", "brotli"], bytes));
