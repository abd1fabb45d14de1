//! Stage 4: what was seen, as Parquet in the case folder.
//!
//! Locators, elements, counts and keyed tokens are plain columns, so that any query engine can
//! aggregate; values are encrypted columns under the case key. Everything after this stage
//! (`assess`, `explain`, `merge`) reads this folder and never the leak.

pub mod case;
mod copies;
pub mod items;
pub mod load;
pub mod merge;
pub mod part_file;
pub mod recorder;
pub mod row;
pub mod sketch;

pub use case::{Case, CaseKey};
pub use items::{Digest, ItemSeen, Items};
pub use load::Evidence;
pub use recorder::Recorder;
pub use row::{ColumnSeen, DetectorEntry, FindingRow, ItemRow, ItemStatus, MentionRow, ProblemRow, TableRow};
