#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let formats = ["sqlite", "access", "bson", "dbase", "dbase-memo", "pgdump", "sas", "sas-transport", "spss", "stata"];
    breachscope_fuzz::read(&formats, bytes);
});
