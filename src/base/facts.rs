//! The facts of the incident that only people know; everything missing is a stated assumption.
