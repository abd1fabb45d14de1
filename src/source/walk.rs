//! Parallel walk.
