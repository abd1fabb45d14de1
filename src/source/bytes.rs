//! Memory-mapped or owned bytes of an item.
