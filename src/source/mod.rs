//! Stage 1: from the paths a user named to [`Item`]s. The only stage that opens evidence.

pub mod budget;
pub mod bytes;
pub mod map;
mod password;
pub mod stream;
pub mod volumes;
pub mod walk;

use crate::base::LogicalPath;

pub use budget::Budget;
pub use bytes::Bytes;
pub use password::Passwords;
pub use stream::Input;

/// One file-like thing: a file, an archive member, an attachment.
#[derive(Clone, Debug)]
pub struct Item {
    pub path: LogicalPath,
    pub bytes: Bytes,
    pub budget: Budget,
}
