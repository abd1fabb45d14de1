//! Words every layer uses; imports nothing of ours.

pub mod bounds;
pub mod element;
pub mod facts;
pub mod mask;
pub mod meaning;
pub mod path;
pub mod problem;
pub mod token;

pub use bounds::Bounds;
pub use element::{Element, ElementSet};
pub use mask::Secret;
pub use meaning::Meaning;
pub use path::LogicalPath;
pub use problem::{Category, Problem};
pub use token::{Token, TokenKey};
