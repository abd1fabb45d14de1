//! `impact.csv`: what it may cost, in ranges.
