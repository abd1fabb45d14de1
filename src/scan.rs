//! The program on one page.
