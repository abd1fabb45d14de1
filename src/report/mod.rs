//! Stage: to come.
