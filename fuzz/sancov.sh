#!/bin/sh
# A wrapper of rustc that instruments this project and its targets only, so that dependencies built for tests serve for
# fuzzing too:
#   RUSTC_WRAPPER=$PWD/fuzz/sancov.sh CARGO_TARGET_DIR=target cargo build --manifest-path fuzz/Cargo.toml
case " $* " in
*" --crate-name breachscope "* | *" --crate-name breachscope_fuzz "*)
    exec "$@" -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=3 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
        -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cdebug-assertions=yes
    ;;
*) exec "$@" ;;
esac
