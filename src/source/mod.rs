//! Stage 1: from the paths a user named to [`Item`]s. The only stage that opens evidence.

pub mod budget;
pub mod bytes;
pub mod stream;
pub mod walk;

pub use budget::Budget;

pub use stream::Input;
