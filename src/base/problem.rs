//! What could not be read or decided. Never an error, always in the report.

/// Why something was not fully examined; the contract's categories of `exceptions.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Category {
    Encrypted,
    Corrupt,
    Unsupported,
    Truncated,
    Limit,
    ImageOnly,
    Permission,
    Io,
    SpecialFile,
    Symlink,
}

impl Category {
    /// Every category, in the contract's order.
    pub const ALL: &'static [Category] = &[
        Category::Encrypted,
        Category::Corrupt,
        Category::Unsupported,
        Category::Truncated,
        Category::Limit,
        Category::ImageOnly,
        Category::Permission,
        Category::Io,
        Category::SpecialFile,
        Category::Symlink,
    ];

    /// The word in `exceptions.csv`.
    pub const fn word(self) -> &'static str {
        match self {
            Category::Encrypted => "encrypted",
            Category::Corrupt => "corrupt",
            Category::Unsupported => "unsupported",
            Category::Truncated => "truncated",
            Category::Limit => "limit",
            Category::ImageOnly => "image_only",
            Category::Permission => "permission",
            Category::Io => "io",
            Category::SpecialFile => "special_file",
            Category::Symlink => "symlink",
        }
    }

    /// What a responder can do about it.
    pub const fn action(self) -> &'static str {
        match self {
            Category::Encrypted => "obtain the password or key and scan again",
            Category::Corrupt => "look for another copy or a backup; repair by hand",
            Category::Unsupported => "convert to a supported format or review by hand; text in its raw bytes was scanned",
            Category::Truncated => "look for a complete copy; what was there has been read",
            Category::Limit => "raise the limit and scan this item alone",
            Category::ImageOnly => "run character recognition or review by hand",
            Category::Permission => "give read permission and scan again",
            Category::Io => "check the medium and scan again",
            Category::SpecialFile => "not a regular file; nothing to read",
            Category::Symlink => "scan the target of the link itself",
        }
    }

    /// The category with this word.
    pub fn from_word(word: &str) -> Option<Category> {
        Category::ALL.iter().copied().find(|category| category.word() == word)
    }
}

/// Something not fully examined, and why. The item it concerns is known to whoever receives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub category: Category,
    /// One sentence, lower case, no value from the evidence in it.
    pub detail: String,
    /// Bytes of the item that nobody looked at; 0 when all were seen at least as raw bytes.
    pub bytes_not_examined: u64,
}

impl Problem {
    /// A problem of this category.
    pub fn new(category: Category, detail: impl Into<String>) -> Problem {
        Problem { category, detail: detail.into(), bytes_not_examined: 0 }
    }

    /// The same, with the number of bytes nobody looked at.
    #[must_use]
    pub fn not_examined(mut self, bytes: u64) -> Problem {
        self.bytes_not_examined = bytes;
        self
    }
}
