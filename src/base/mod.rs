//! Words every layer uses; imports nothing of ours.

pub mod bounds;
pub mod document;
pub mod element;
pub mod facts;
pub mod fault;
pub mod glob;
pub mod mask;
pub mod meaning;
pub mod moment;
pub mod path;
pub mod problem;
pub mod random;
pub mod role;
pub mod short;
pub mod statistics;
pub mod token;

pub use bounds::Bounds;
pub use element::{Element, ElementSet};
pub use facts::Facts;
pub use fault::Fault;
pub use mask::Secret;
pub use meaning::Meaning;
pub use moment::Moment;
pub use path::LogicalPath;
pub use problem::{Category, Problem};
pub use random::Random;
pub use role::Role;
pub use short::Short;
pub use token::{Token, TokenKey};
