//! Stage 5: who the mentions are about.

pub mod address;
pub mod catalogue;
pub mod name;
pub mod record;
pub mod role;
